//! Orders and linked documents: in the chart of an encounter in progress, stored once, and recorded.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::conversation::Conversation;
use tests::eventually::{SOON, eventually, found_if};
use tests::http::Client;
use tests::new_id;
use tests::stack::Stack;

const SECRET: &str = "my potassium is 6.1";

/// The conversation's encounter, once it has a status.
async fn encounter_soon(conversation: &Conversation, clinician: &Client, status: &str) -> Value {
    eventually(&format!("an encounter that is {status}"), SOON, async || {
        let encounter = clinician.get(&conversation.encounter()).await.expect(200);
        found_if(encounter["status"] == status, encounter)
    })
    .await
}

#[tokio::test]
async fn what_is_added_is_in_the_chart_while_the_encounter_is_in_progress() {
    let stack = Stack::together().await;
    let clara = stack.person("clinician-a").await;
    let patient = stack.patient_id("patient-b");
    let conversation = Conversation::titled_by(&clara, patient, "Your X-ray").await;
    let (orders, documents) =
        (format!("{}/orders", conversation.encounter()), format!("{}/documents", conversation.encounter()));

    let made = clara.post(&orders, &json!({"text": "Potassium,\r\nfasting"})).await;
    let order = made.expect(201);
    assert_eq!(made.header("location"), conversation.encounter());
    assert_eq!((&order["text"], &order["createdBy"]["userId"]), (&json!("Potassium,\nfasting"), &json!("clinician-a")));
    let report = json!({"title": "Report", "url": "https://records.example.org/reports/42?page=1#top"});
    let document = clara.post(&documents, &report).await.expect(201);
    assert_eq!((&document["title"], &document["url"]), (&report["title"], &report["url"]));

    let shown = clara.get(&conversation.encounter()).await.expect(200);
    assert_eq!((&shown["orders"], &shown["documents"]), (&json!([order]), &json!([document])));
    let list = clara.get(&format!("/patients/{patient}/encounters?limit=100")).await.expect(200);
    let listed = list["items"].as_array().unwrap().iter().find(|listed| listed["id"] == *conversation.encounter_id);
    assert_eq!(listed, Some(&shown));

    // Finished by closing the conversation: the stream brings it. Reopening allows more.
    conversation.set(&clara, "closed").await;
    encounter_soon(&conversation, &clara, "finished").await;
    let problem = clara.post(&orders, &json!({"text": "Sodium"})).await.problem(409, "encounter-finished");
    assert!(problem["detail"].is_string(), "{problem}");
    clara.post(&documents, &report).await.problem(409, "encounter-finished");
    conversation.set(&clara, "open").await;
    encounter_soon(&conversation, &clara, "in-progress").await;
    clara.post(&orders, &json!({"text": "Sodium"})).await.expect(201);

    // Finished by itself: at once, and its answer shows what it has.
    let finished =
        clara.put(&format!("{}/status", conversation.encounter()), &json!({"status": "finished"})).await.expect(200);
    assert_eq!(finished["orders"].as_array().map(Vec::len), Some(2));
    clara.post(&orders, &json!({"text": "Chloride"})).await.problem(409, "encounter-finished");

    let log = stack.person("admin").await.all(&format!("/patients/{patient}/access-log?limit=100")).await;
    let count = |action: &str| {
        let own = log.iter().filter(|event| event["encounterId"] == *conversation.encounter_id);
        own.filter(|event| event["action"] == action).count()
    };
    assert_eq!((count("create-order"), count("link-document")), (2, 1), "each is in the access log");
}

#[tokio::test]
async fn the_same_again_is_stored_once() {
    let stack = Stack::together().await;
    let (clara, carl) = (stack.person("clinician-a").await, stack.person("clinician-b").await);
    let conversation = Conversation::titled_by(&clara, stack.patient_id("patient-b"), "Your X-ray").await;
    let (orders, documents) =
        (format!("{}/orders", conversation.encounter()), format!("{}/documents", conversation.encounter()));
    let order = json!({"id": new_id(), "text": "Potassium"});
    let made = join_all((0..4).map(|_| clara.post(&orders, &order))).await;
    assert_eq!(made.iter().filter(|reply| reply.status == 201).count(), 1, "{made:#?}");
    let stored = clara.post(&orders, &order).await.expect(200);
    assert_eq!(stored["id"], order["id"]);
    clara.post(&orders, &json!({"id": order["id"], "text": "Sodium"})).await.problem(422, "id-reused");
    carl.post(&orders, &order).await.problem(422, "id-reused");
    let document = json!({"id": order["id"], "title": "Report", "url": "https://example.org/"});
    clara.post(&documents, &document).await.problem(422, "id-reused");
    let shown = clara.get(&conversation.encounter()).await.expect(200);
    assert_eq!((&shown["orders"], &shown["documents"]), (&json!([stored]), &json!([])));
    conversation.set(&clara, "closed").await;
    encounter_soon(&conversation, &clara, "finished").await;
    assert_eq!(clara.post(&orders, &order).await.expect(200), stored, "a late repetition is no error");
}

#[tokio::test]
async fn what_can_not_be_an_order_or_a_document_is_refused() {
    let stack = Stack::together().await;
    let clara = stack.person("clinician-a").await;
    let conversation = Conversation::titled_by(&clara, stack.patient_id("patient-b"), "Your X-ray").await;
    let (orders, documents) =
        (format!("{}/orders", conversation.encounter()), format!("{}/documents", conversation.encounter()));
    for text in [String::new(), " \n".to_owned(), "x".repeat(2001), format!("{SECRET}\u{0}")] {
        let reply = clara.post(&orders, &json!({"text": text})).await;
        reply.refusal(422, "invalid-value", "/text");
        assert!(!reply.body.contains(SECRET), "{}", reply.body);
    }
    clara.post(&orders, &json!({"id": "1", "text": "A"})).await.refusal(422, "invalid-value", "/id");
    let url = "https://example.org/report";
    clara.post(&documents, &json!({"title": " ", "url": url})).await.refusal(422, "invalid-value", "/title");
    for url in
        ["", "report", "http://example.org/", "javascript:alert(1)", "//example.org/", "https://a:b@example.org/"]
    {
        let refused = clara.post(&documents, &json!({"title": SECRET, "url": url})).await;
        refused.refusal(422, "invalid-value", "/url");
        assert!(!refused.body.contains(SECRET), "{}", refused.body);
    }
    let long = format!("{url}/{}", "x".repeat(2000));
    clara.post(&documents, &json!({"title": "A", "url": long})).await.refusal(422, "invalid-value", "/url");
    let shown = clara.get(&conversation.encounter()).await.expect(200);
    assert_eq!((&shown["orders"], &shown["documents"]), (&json!([]), &json!([])));
    conversation.set(&clara, "closed").await;
}
