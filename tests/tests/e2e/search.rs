//! Search: a patient's conversations by the words of their titles and messages, as they are typed.

use serde_json::{Value, json};
use tests::conversation::{Conversation, ask};
use tests::eventually::{SOON, eventually, found_if};
use tests::http::Client;
use tests::stack::Stack;
use tests::{new_id, new_word};

/// A patient whom no other test knows.
async fn new_patient(stack: &Stack) -> String {
    let id = new_id();
    let patient = json!({"name": "Sven Search", "birthDate": "1970-01-02", "recordNumber": "S-1"});
    stack.person("admin").await.put(&format!("/patients/{id}"), &patient).await.expect(200);
    id
}

/// The path of a search.
fn search(patient: &str, typed: &str) -> String {
    let encoded: String = typed.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect();
    format!("/patients/{patient}/conversations?q={encoded}")
}

fn ids(items: &[Value]) -> Vec<&str> {
    items.iter().filter_map(|item| item["id"].as_str()).collect()
}

/// Searches until exactly these are found, in this order.
async fn finds(person: &Client, path: &str, expected: &[&Conversation]) -> Vec<Value> {
    let expected: Vec<&str> = expected.iter().map(|conversation| conversation.id.as_str()).collect();
    eventually(&format!("what {path} finds"), SOON, async || {
        let found = person.all(path).await;
        found_if(ids(&found) == expected, found)
    })
    .await
}

#[tokio::test]
async fn conversations_are_found_by_all_words_of_title_and_messages() {
    let stack = Stack::together().await;
    let clara = stack.person("clinician-a").await;
    let (patient, other) = (new_patient(&stack).await, new_patient(&stack).await);
    let blood = Conversation::titled_by(&clara, &patient, "Your blood test").await;
    blood.say(&clara, "Potassium is a little high. Bitte Gr\u{f6}\u{df}e und Gewicht nennen!").await;
    let xray = Conversation::titled_by(&clara, &patient, "Your X-ray").await;
    xray.say(&clara, "No fracture.\nThe R\u{e9}sum\u{e9} follows; drink more.").await;
    xray.say(&clara, "血液検査も").await;
    let empty = Conversation::titled_by(&clara, &patient, "Potassium, second opinion").await;
    let others = Conversation::titled_by(&clara, &other, "Potassium of somebody else").await;
    others.say(&clara, "fracture").await;

    let path = |typed: &str| search(&patient, typed);
    finds(&clara, &path("potas"), &[&empty, &blood]).await;
    finds(&clara, &path("your"), &[&xray, &blood]).await;
    finds(&clara, &path("HIGH blood pota"), &[&blood]).await;
    finds(&clara, &path("grosse"), &[&blood]).await;
    finds(&clara, &path("RE\u{301}SUME\u{301} x"), &[&xray]).await;
    finds(&clara, &path("血 検"), &[&xray]).await;
    // By now all of it is known, so that what finds nothing finds nothing ever.
    for typed in ["high fracture", "potas blood", "otassium", "potassiums", "somebody", "resume blood"] {
        assert_eq!(ids(&clara.all(&path(typed)).await), Vec::<&str>::new(), "{typed}");
    }
    finds(&clara, &search(&other, "fracture potassium"), &[&others]).await;
    assert_eq!(clara.get(&path("nothing")).await.expect(200), json!({"items": [], "nextCursor": null}));
    let nobody = search(&new_id(), "potassium");
    clara.get(&nobody).await.problem(404, "not-found");

    // Closed ones too, after the open ones, and by status.
    empty.set(&clara, "closed").await;
    finds(&clara, &path("potas"), &[&blood, &empty]).await;
    finds(&clara, &format!("{}&status=closed", path("potas")), &[&empty]).await;
    finds(&clara, &format!("{}&status=open", path("potas")), &[&blood]).await;

    // What is said next is found next.
    blood.say(&clara, "Repeat it on Monday").await;
    finds(&clara, &path("potassium mond"), &[&blood]).await;
}

#[tokio::test]
async fn patients_find_their_own_conversations_and_no_empty_one() {
    let stack = Stack::together().await;
    let (ana, ben) = (stack.person("patient-a").await, stack.person("patient-b").await);
    let clara = stack.person("clinician-a").await;
    let (patient, word) = (stack.patient_id("patient-a"), new_word());
    let conversation = Conversation::of(&ask(&ana).await.expect(201));
    let empty = Conversation::titled_by(&clara, patient, &format!("{word} without a message")).await;
    conversation.say(&ana, &format!("It is {word}.")).await;
    let path = search(patient, &word[..10]);
    finds(&clara, &path, &[&conversation, &empty]).await;
    let found = finds(&ana, &path, &[&conversation]).await;
    assert_eq!(found, [conversation.seen_by(&ana).await], "as the list shows it, with its unread mark");
    // What the questionnaire asked and what was answered are words of the first message.
    finds(&ana, &search(patient, &format!("potassium {word}")), &[&conversation]).await;
    ben.get(&path).await.problem(404, "not-found");
    stack.person("admin").await.get(&path).await.problem(403, "forbidden");
    empty.say(&clara, "Here it is").await;
    finds(&ana, &path, &[&empty, &conversation]).await;
    for conversation in [conversation, empty] {
        conversation.set(&clara, "closed").await;
    }
}

#[tokio::test]
async fn a_search_is_paged_and_its_cursor_is_its_own() {
    let stack = Stack::together().await;
    let clara = stack.person("clinician-a").await;
    let patient = new_patient(&stack).await;
    let mut conversations = Vec::new();
    for number in 0..5 {
        conversations.push(Conversation::titled_by(&clara, &patient, &format!("Number {number}")).await);
    }
    let newest_first: Vec<&Conversation> = conversations.iter().rev().collect();
    let path = search(&patient, "numb");
    for limit in [1, 2, 5] {
        finds(&clara, &format!("{path}&limit={limit}"), &newest_first).await;
    }
    let page = clara.get(&format!("{path}&limit=2")).await.expect(200);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(2));
    let cursor = page["nextCursor"].as_str().expect("there is more");
    let other = search(&patient, "number");
    clara.get(&format!("{other}&limit=2&cursor={cursor}")).await.problem(400, "invalid-cursor");
    clara
        .get(&format!("/patients/{patient}/conversations?limit=2&cursor={cursor}"))
        .await
        .problem(400, "invalid-cursor");
    clara.get(&format!("{path}&status=open&cursor={cursor}")).await.problem(400, "invalid-cursor");
}

#[tokio::test]
async fn a_search_without_a_word_or_without_an_end_is_refused() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let patient = stack.patient_id("patient-a");
    for typed in ["", " ", "?!", "\u{1f642}", &"x".repeat(201)] {
        let refused = ana.get(&search(patient, typed)).await.refusal(422, "invalid-value", "?q");
        assert!(typed.trim().is_empty() || !refused.to_string().contains(typed), "{refused}");
    }
    ana.get(&search(patient, &"\u{e9}".repeat(200))).await.expect(200);
    ana.get(&format!("{}&q=twice", search(patient, "once"))).await.refusal(400, "malformed-request", "?q");
}

#[tokio::test]
async fn the_seeds_conversations_are_found() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let path = search(stack.patient_id("patient-a"), "lisinopril phar");
    eventually("a conversation of the seed", SOON, async || {
        let found = ana.all(&path).await;
        found_if(!found.is_empty(), found)
    })
    .await;
}
