//! Reading is per person: the cursor, and the envelope that marks a chat unread.

use serde_json::{Value, json};
use tests::chat::Chat;
use tests::http::Client;
use tests::stack::Stack;

async fn read(chat: &Chat, person: &Client, up_to: u64) -> Value {
    person.put(&format!("{}/read", chat.path()), &json!({"upTo": up_to})).await.expect(200)
}

async fn envelope(chat: &Chat, person: &Client) -> Value {
    person.delete(&format!("{}/read", chat.path())).await.expect(200)
}

/// Whether it is unread for someone; the chat itself and their list must agree.
async fn unread(chat: &Chat, person: &Client) -> bool {
    let seen = chat.seen_by(person).await;
    let list = format!("/patients/{}/conversations?limit=100", seen["patientId"].as_str().expect("an id"));
    let list = person.all(&list).await;
    let listed = list.iter().find(|listed| listed["id"] == *chat.id).expect("it is listed");
    assert_eq!(seen["unread"], listed["unread"]);
    seen["unread"].as_bool().expect("true or false")
}

#[tokio::test]
async fn reading_is_each_persons_own() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let (clara, carl) = (stack.person("clinician-a").await, stack.person("clinician-b").await);
    let chat = Chat::asked_by(&ben).await;
    assert!(unread(&chat, &clara).await && unread(&chat, &carl).await);
    assert!(!unread(&chat, &ben).await, "one's own message is not unread");

    assert_eq!(read(&chat, &clara, 1).await["unread"], false);
    assert!(!unread(&chat, &clara).await);
    assert!(unread(&chat, &carl).await, "Clara's reading is not Carl's");

    chat.say(&clara, "Hello!").await;
    assert!(unread(&chat, &ben).await);
    assert!(unread(&chat, &carl).await, "a colleague's answer does not mark the question read");
    read(&chat, &ben, 2).await;
    assert!(!unread(&chat, &ben).await);
    chat.set(&clara, "closed").await;
    assert!(!unread(&chat, &ben).await, "closing is no message");
}

#[tokio::test]
async fn the_envelope_goes_back_to_before_the_others_last_message_for_one_person() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let (clara, carl) = (stack.person("clinician-a").await, stack.person("clinician-b").await);
    let chat = Chat::asked_by(&ben).await;
    let nothing = envelope(&chat, &ben).await;
    assert_eq!(nothing["unread"], false, "the other side wrote nothing");

    chat.say(&clara, "Hello!").await;
    read(&chat, &ben, 2).await;
    read(&chat, &carl, 2).await;
    assert_eq!(envelope(&chat, &ben).await["unread"], true);
    assert!(unread(&chat, &ben).await);
    assert!(!unread(&chat, &carl).await, "Ben's envelope is not Carl's");
    assert_eq!(envelope(&chat, &ben).await["unread"], true, "again");
    assert_eq!(read(&chat, &ben, 2).await["unread"], false);
    chat.set(&clara, "closed").await;
}

#[tokio::test]
async fn a_cursor_never_moves_back_nor_past_the_end() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let clara = stack.person("clinician-a").await;
    let chat = Chat::asked_by(&ben).await;
    chat.say(&ben, "And sodium?").await;
    assert_eq!(read(&chat, &clara, 1).await["unread"], true, "up to 1 of 2");
    assert_eq!(read(&chat, &clara, 2).await["unread"], false);
    assert_eq!(read(&chat, &clara, 1).await["unread"], false, "not back");
    read(&chat, &clara, 4_000_000_000).await;
    chat.say(&ben, "And calcium?").await;
    assert!(unread(&chat, &clara).await, "what comes after the end was not read");
    chat.set(&clara, "closed").await;
}
