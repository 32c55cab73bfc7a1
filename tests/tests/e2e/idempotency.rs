//! `Idempotency-Key`: beginning a conversation again with the same key begins none.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::conversation::{Conversation, answered_questionnaire};
use tests::http::{Client, Reply};
use tests::new_id;
use tests::stack::Stack;

async fn begin(person: &Client, patient: &str, key: &str, body: &Value) -> Reply {
    let request = person.request("POST", &format!("/patients/{patient}/conversations"));
    let request = request.header("content-type", "application/json").header("idempotency-key", key);
    person.send(request.body(body.to_string())).await
}

#[tokio::test]
async fn a_key_begins_one_conversation_however_often_it_is_sent() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let patient = stack.patient_id("patient-a");
    let (key, form) = (new_id(), answered_questionnaire(&ana).await);
    let replies = join_all((0..8).map(|_| begin(&ana, patient, &key, &form))).await;
    let begun: Vec<Value> = replies.iter().map(|reply| reply.expect(201)).collect();
    assert!(begun.iter().all(|conversation| conversation["id"] == begun[0]["id"]), "{begun:#?}");
    let replayed = replies.iter().filter(|reply| reply.header("idempotency-replayed") == "true").count();
    assert_eq!(replayed, 7);
    let conversation = Conversation::of(&begun[0]);
    assert_eq!(conversation.entries(&ana).await.len(), 1);
    assert!(replies.iter().all(|reply| reply.header("location") == conversation.path()));

    let other = json!({"questionnaireId": form["questionnaireId"], "answers": []});
    let refused = begin(&ana, patient, &key, &other).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    conversation.set(&ana, "closed").await;
}

#[tokio::test]
async fn a_key_is_its_callers_own_and_for_one_request() {
    let stack = Stack::together().await;
    let (clara, carl) = (stack.person("clinician-a").await, stack.person("clinician-b").await);
    let patient = stack.patient_id("patient-b");
    let (key, one, two) = (new_id(), json!({"title": "One"}), json!({"title": "Two"}));
    let claras = begin(&clara, patient, &key, &one).await.expect(201);
    begin(&clara, patient, &key, &two).await.problem(422, "idempotency-key-reused");
    begin(&clara, stack.patient_id("patient-a"), &key, &one).await.problem(422, "idempotency-key-reused");
    let carls = begin(&carl, patient, &key, &one).await.expect(201);
    assert_ne!(claras["id"], carls["id"]);
    let without = Conversation::titled_by(&clara, patient, "One").await;
    assert_ne!(claras["id"], *without.id);
    for key in [String::new(), "k".repeat(256)] {
        begin(&clara, patient, &key, &one).await.refusal(422, "invalid-value", "Idempotency-Key");
    }
}
