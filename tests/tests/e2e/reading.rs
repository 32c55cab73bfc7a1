//! Reading is per person: the cursor, and the envelope that marks a conversation unread.

use serde_json::{Value, json};
use tests::conversation::Conversation;
use tests::http::Client;
use tests::stack::Stack;

async fn read(conversation: &Conversation, person: &Client, up_to: u64) -> Value {
    person.put(&format!("{}/read", conversation.path()), &json!({"upTo": up_to})).await.expect(200)
}

async fn envelope(conversation: &Conversation, person: &Client) -> Value {
    person.delete(&format!("{}/read", conversation.path())).await.expect(200)
}

/// Whether it is unread for someone; the conversation itself and their list must agree.
async fn unread(conversation: &Conversation, person: &Client) -> bool {
    let seen = conversation.seen_by(person).await;
    let list = format!("/patients/{}/conversations?limit=100", seen["patientId"].as_str().expect("an id"));
    let list = person.all(&list).await;
    let listed = list.iter().find(|listed| listed["id"] == *conversation.id).expect("it is listed");
    assert_eq!(seen["unread"], listed["unread"]);
    seen["unread"].as_bool().expect("true or false")
}

#[tokio::test]
async fn reading_is_each_persons_own() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let (clara, carl) = (stack.person("clinician-a").await, stack.person("clinician-b").await);
    let conversation = Conversation::asked_by(&ben).await;
    assert!(unread(&conversation, &clara).await && unread(&conversation, &carl).await);
    assert!(!unread(&conversation, &ben).await, "one's own message is not unread");

    assert_eq!(read(&conversation, &clara, 1).await["unread"], false);
    assert!(!unread(&conversation, &clara).await);
    assert!(unread(&conversation, &carl).await, "Clara's reading is not Carl's");

    conversation.say(&clara, "Hello!").await;
    assert!(unread(&conversation, &ben).await);
    assert!(unread(&conversation, &carl).await, "a colleague's answer does not mark the question read");
    read(&conversation, &ben, 2).await;
    assert!(!unread(&conversation, &ben).await);
    conversation.set(&clara, "closed").await;
    assert!(!unread(&conversation, &ben).await, "closing is no message");
}

#[tokio::test]
async fn the_envelope_goes_back_to_before_the_others_last_message_for_one_person() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let (clara, carl) = (stack.person("clinician-a").await, stack.person("clinician-b").await);
    let conversation = Conversation::asked_by(&ben).await;
    let nothing = envelope(&conversation, &ben).await;
    assert_eq!(nothing["unread"], false, "the other side wrote nothing");

    conversation.say(&clara, "Hello!").await;
    read(&conversation, &ben, 2).await;
    read(&conversation, &carl, 2).await;
    assert_eq!(envelope(&conversation, &ben).await["unread"], true);
    assert!(unread(&conversation, &ben).await);
    assert!(!unread(&conversation, &carl).await, "Ben's envelope is not Carl's");
    assert_eq!(envelope(&conversation, &ben).await["unread"], true, "again");
    assert_eq!(read(&conversation, &ben, 2).await["unread"], false);
    conversation.set(&clara, "closed").await;
}

#[tokio::test]
async fn a_cursor_never_moves_back_nor_past_the_end() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let clara = stack.person("clinician-a").await;
    let conversation = Conversation::asked_by(&ben).await;
    conversation.say(&ben, "And sodium?").await;
    assert_eq!(read(&conversation, &clara, 1).await["unread"], true, "up to 1 of 2");
    assert_eq!(read(&conversation, &clara, 2).await["unread"], false);
    assert_eq!(read(&conversation, &clara, 1).await["unread"], false, "not back");
    read(&conversation, &clara, 4_000_000_000).await;
    conversation.say(&ben, "And calcium?").await;
    assert!(unread(&conversation, &clara).await, "what comes after the end was not read");
    conversation.set(&clara, "closed").await;
}
