//! A conversation's entries: the latest, backwards page by page, and catching up forwards.

use serde_json::{Value, json};
use tests::conversation::Conversation;
use tests::stack::Stack;

fn numbers(page: &Value) -> Vec<u64> {
    page["items"].as_array().expect("items").iter().filter_map(|entry| entry["number"].as_u64()).collect()
}

#[tokio::test]
async fn entries_are_read_backwards_and_forwards() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let clara = stack.person("clinician-a").await;
    let conversation = Conversation::asked_by(&ana).await;
    for number in 2..=10 {
        conversation.say(&clara, &format!("message {number}")).await;
    }
    conversation.set(&clara, "closed").await;
    conversation.set(&ana, "open").await;
    let path = conversation.messages();
    let page = async |query: &str| ana.get(&format!("{path}?{query}")).await.expect(200);

    // The latest, then backwards to the beginning.
    let latest = page("limit=5").await;
    assert_eq!(numbers(&latest), [8, 9, 10, 11, 12]);
    let cursor = |page: &Value| page["nextCursor"].as_str().expect("there is more").to_owned();
    let before = page(&format!("limit=5&cursor={}", cursor(&latest))).await;
    assert_eq!(numbers(&before), [3, 4, 5, 6, 7]);
    let first = page(&format!("limit=5&cursor={}", cursor(&before))).await;
    assert_eq!(numbers(&first), [1, 2]);
    assert_eq!(first["nextCursor"], Value::Null);

    // From a number, either way.
    assert_eq!(numbers(&page("before=4&limit=2").await), [2, 3]);
    assert_eq!(numbers(&page("before=1").await), Vec::<u64>::new());
    let forwards = page("after=0&limit=7").await;
    assert_eq!(numbers(&forwards), [1, 2, 3, 4, 5, 6, 7]);
    let rest = page(&format!("after=0&limit=7&cursor={}", cursor(&forwards))).await;
    assert_eq!((numbers(&rest), &rest["nextCursor"]), (vec![8, 9, 10, 11, 12], &Value::Null));

    // Who was away since number 10 missed the closing and the reopening.
    let missed = page("after=10").await;
    assert_eq!((&missed["items"][0]["status"], &missed["items"][1]["status"]), (&json!("closed"), &json!("open")));
    assert_eq!(missed["items"][1]["sender"]["userId"], "patient-a");
    assert_eq!(page("after=12").await, json!({"items": [], "nextCursor": null}));
    conversation.say(&clara, "Welcome back.").await;
    assert_eq!(numbers(&page("after=12").await), [13]);
    conversation.set(&clara, "closed").await;
}

#[tokio::test]
async fn a_text_comes_back_as_it_was_written() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let clara = stack.person("clinician-a").await;
    let conversation = Conversation::asked_by(&ana).await;
    let long = "Wie geht es Ihnen? 🩺 ".repeat(300) + &"x".repeat(2_000);
    let texts = ["one\n\ttwo", "<b>&amp;\"'\\ {\"a\": 1}", "नमस्ते 你好 👩🏽‍⚕️", long.as_str()];
    for text in texts {
        conversation.say(&clara, text).await;
    }
    let entries = conversation.entries(&ana).await;
    let said: Vec<&Value> = entries.iter().skip(1).map(|entry| &entry["text"]).collect();
    assert_eq!(said, texts);
    let first = &entries[0];
    assert_eq!(first["kind"], "message");
    assert!(first["questionnaireResponse"]["items"].as_array().is_some_and(|items| !items.is_empty()), "{first}");
    conversation.set(&clara, "closed").await;
}
