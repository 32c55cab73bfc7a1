//! A patient's lists: conversations with open ones first and the newest activity first, and encounters.

use serde_json::{Value, json};
use tests::conversation::Conversation;
use tests::eventually::{SOON, eventually, found_if};
use tests::http::Client;
use tests::new_id;
use tests::stack::Stack;

/// A patient whom no other test knows.
async fn new_patient(stack: &Stack) -> String {
    let id = new_id();
    let patient = json!({"name": "Lena Lists", "birthDate": "1970-01-02", "recordNumber": "L-1"});
    stack.person("admin").await.put(&format!("/patients/{id}"), &patient).await.expect(200);
    id
}

fn titles(items: &[Value]) -> Vec<&str> {
    items.iter().filter_map(|item| item["title"].as_str()).collect()
}

/// The list, once its titles stand in this order.
async fn listed(person: &Client, path: &str, order: &[&str]) -> Vec<Value> {
    eventually(&format!("the order {order:?}"), SOON, async || {
        let list = person.all(path).await;
        found_if(titles(&list) == order, list)
    })
    .await
}

#[tokio::test]
async fn open_conversations_come_first_and_the_newest_activity_first() {
    let stack = Stack::together().await;
    let clara = stack.person("clinician-a").await;
    let patient = new_patient(&stack).await;
    let path = format!("/patients/{patient}/conversations");
    assert_eq!(clara.get(&path).await.expect(200), json!({"items": [], "nextCursor": null}));

    let mut conversations = Vec::new();
    for title in ["A", "B", "C", "D", "E"] {
        conversations.push(Conversation::titled_by(&clara, &patient, title).await);
    }
    listed(&clara, &path, &["E", "D", "C", "B", "A"]).await;
    conversations[1].say(&clara, "An activity").await;
    listed(&clara, &path, &["B", "E", "D", "C", "A"]).await;
    conversations[4].set(&clara, "closed").await;
    conversations[2].set(&clara, "closed").await;
    let all = listed(&clara, &path, &["B", "D", "A", "E", "C"]).await;
    assert_eq!(all[0]["lastMessagePreview"], "An activity");
    assert_eq!(all[3]["closedBy"]["userId"], "clinician-a");

    // Page by page, and by status.
    listed(&clara, &format!("{path}?limit=2"), &["B", "D", "A", "E", "C"]).await;
    listed(&clara, &format!("{path}?limit=1&status=open"), &["B", "D", "A"]).await;
    listed(&clara, &format!("{path}?status=closed&limit=1"), &["E", "C"]).await;
    let page = clara.get(&format!("{path}?limit=2")).await.expect(200);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(2));

    // Reopening brings a conversation back among the open ones, by its activity.
    conversations[2].set(&clara, "open").await;
    listed(&clara, &path, &["B", "D", "C", "A", "E"]).await;
}

#[tokio::test]
async fn encounters_are_listed_newest_first() {
    let stack = Stack::together().await;
    let clara = stack.person("clinician-a").await;
    let patient = new_patient(&stack).await;
    let path = format!("/patients/{patient}/encounters");
    assert_eq!(clara.get(&path).await.expect(200), json!({"items": [], "nextCursor": null}));
    let mut expected = Vec::new();
    for title in ["A", "B", "C"] {
        expected.insert(0, Conversation::titled_by(&clara, &patient, title).await.encounter_id);
    }
    let list = eventually("three encounters", SOON, async || {
        let list = clara.all(&format!("{path}?limit=2")).await;
        let ids: Vec<&str> = list.iter().filter_map(|encounter| encounter["id"].as_str()).collect();
        found_if(ids == expected, list)
    });
    let list = list.await;
    assert_eq!(clara.get(&format!("/encounters/{}", expected[0])).await.expect(200), list[0]);
    for encounter in &list {
        assert_eq!((&encounter["orders"], &encounter["documents"]), (&json!([]), &json!([])));
        assert_eq!(encounter["patientId"], *patient);
        assert_eq!(encounter["statusHistory"].as_array().map(Vec::len), Some(1));
    }
}
