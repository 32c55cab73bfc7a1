//! The access log: whatever staff see or do of a patient's is in it, before they are answered.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::conversation::Conversation;
use tests::eventually::{SOON, eventually, found_if};
use tests::http::Client;
use tests::new_id;
use tests::stack::Stack;

/// The events about a conversation and its encounter, as someone sees them.
async fn events(reader: &Client, patient: &str, conversation: &Conversation) -> Vec<Value> {
    let log = reader.all(&format!("/patients/{patient}/access-log?limit=100")).await;
    let about = |event: &Value| {
        event["conversationId"] == *conversation.id || event["encounterId"] == *conversation.encounter_id
    };
    log.into_iter().filter(about).collect()
}

/// How often each action is in the log.
fn counted(events: &[Value]) -> BTreeMap<&str, usize> {
    let mut counted = BTreeMap::new();
    for event in events {
        *counted.entry(event["action"].as_str().unwrap_or_default()).or_default() += 1;
    }
    counted
}

#[tokio::test]
async fn everything_that_staff_see_or_do_is_in_the_log_at_once() {
    let stack = Stack::together().await;
    let (ben, carl) = (stack.person("patient-b").await, stack.person("clinician-b").await);
    let patient = stack.patient_id("patient-b");
    let conversation = Conversation::asked_by(&ben).await;
    conversation.seen_by(&ben).await;
    assert_eq!(events(&ben, patient, &conversation).await, Vec::<Value>::new(), "patients leave no events");

    // Each is there when its answer is.
    let expect = async |done: &str, all: &[(&str, usize)]| {
        let events = events(&ben, patient, &conversation).await;
        assert_eq!(counted(&events), all.iter().copied().collect(), "after {done}: {events:#?}");
    };
    conversation.seen_by(&carl).await;
    expect("reading", &[("read-conversation", 1)]).await;
    conversation.entries(&carl).await;
    carl.put(&format!("{}/read", conversation.path()), &json!({"upTo": 1})).await.expect(200);
    let again = conversation.seen_by(&carl).await;
    let log = events(&ben, patient, &conversation).await;
    assert!(log.len() <= 2, "reading again within a quarter of an hour (two, if one began meanwhile): {log:#?}");
    assert_eq!(again["id"], *conversation.id);

    let reads = log.len();
    let message = json!({"id": new_id(), "text": "It is within the range.", "attachmentIds": []});
    carl.post(&conversation.messages(), &message).await.expect(201);
    carl.post(&conversation.messages(), &message).await.expect(200);
    expect("sending, and again", &[("read-conversation", reads), ("send-message", 1)]).await;
    conversation.set(&carl, "closed").await;
    conversation.send(&carl, "One more thing").await.problem(409, "conversation-closed");
    conversation.set(&carl, "open").await;
    // The stream carries both to the encounter; finishing one that is finished still would change nothing.
    eventually("the encounter is resumed", SOON, async || {
        let encounter = carl.get(&conversation.encounter()).await.expect(200);
        let history = encounter["statusHistory"].as_array().map_or(0, Vec::len);
        found_if(history == 3 && encounter["status"] == "in-progress", encounter)
    })
    .await;
    carl.put(&format!("{}/status", conversation.encounter()), &json!({"status": "finished"})).await.expect(200);
    let log = events(&ben, patient, &conversation).await;
    let counts = counted(&log);
    for action in ["send-message", "close-conversation", "reopen-conversation", "finish-encounter"] {
        assert_eq!(counts.get(action), Some(&1), "{action}: {log:#?}");
    }
    assert!(counts.contains_key("read-encounter"), "{log:#?}");
    for event in &log {
        assert_eq!((&event["agent"]["userId"], &event["agent"]["role"]), (&json!("clinician-b"), &json!("clinician")));
        assert!(event["recordedAt"].is_string() && event["source"].is_null(), "{event}");
    }
}

#[tokio::test]
async fn a_begun_conversation_and_the_lists_are_in_the_log() {
    let stack = Stack::together().await;
    let (clara, admin) = (stack.person("clinician-a").await, stack.person("admin").await);
    let patient = stack.patient_id("patient-a");
    let conversation = Conversation::titled_by(&clara, patient, "Your X-ray").await;
    clara.get(&format!("/patients/{patient}/conversations?limit=1")).await.expect(200);
    clara.get(&format!("/patients/{patient}/encounters?limit=1")).await.expect(200);
    let log = admin.all(&format!("/patients/{patient}/access-log?limit=100")).await;
    let has = |action: &str, conversation: &Value| {
        log.iter().any(|event| event["action"] == action && event["conversationId"] == *conversation)
    };
    assert!(has("create-conversation", &json!(conversation.id)));
    assert!(has("list-conversations", &Value::Null) && has("list-encounters", &Value::Null));
    for event in &log {
        assert!(!event["source"]["requestId"].as_str().unwrap_or_default().is_empty(), "for administrators: {event}");
    }
    let times: Vec<&str> = log.iter().filter_map(|event| event["recordedAt"].as_str()).collect();
    assert!(times.len() == log.len() && times.first() > times.last(), "newest first");
}

#[tokio::test]
async fn the_log_is_for_its_patient_and_administrators_and_nobody_changes_it() {
    let stack = Stack::together().await;
    let patient = stack.patient_id("patient-a");
    let path = format!("/patients/{patient}/access-log");
    let admin = stack.person("admin").await;
    admin.get(&path).await.expect(200);
    stack.person("patient-a").await.get(&format!("{path}?limit=1")).await.expect(200);
    stack.person("patient-b").await.get(&path).await.problem(404, "not-found");
    stack.person("clinician-a").await.get(&path).await.problem(403, "forbidden");
    admin.get(&format!("/patients/{}/access-log", new_id())).await.problem(404, "not-found");
    for month in ["2026-13", "november", "2026-1"] {
        let refused = admin.get(&format!("{path}?month={month}")).await.problem(400, "malformed-request");
        assert_eq!(refused["errors"][0]["pointer"], "?month");
    }
    assert_eq!(admin.get(&format!("{path}?month=2001-01")).await.expect(200)["items"], json!([]));
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let refused = admin.send(admin.request(method, &path)).await;
        assert_eq!(refused.status, 405, "{method}: {}", refused.body);
        let refused = admin.send(admin.request(method, &format!("{path}/{}", new_id()))).await;
        assert_eq!(refused.status, 404, "{method}: {}", refused.body);
    }
}
