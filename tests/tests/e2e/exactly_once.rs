//! Sending is exactly once: the same message again brings the stored one, another one is refused.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::chat::{Chat, message};
use tests::stack::Stack;

#[tokio::test]
async fn the_same_message_twenty_times_at_once_is_stored_once() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let clara = stack.person("clinician-a").await;
    let chat = Chat::asked_by(&ana).await;
    let message = message("Exactly once, please.");
    let (path, message) = (&chat.messages(), &message);
    let sends = (0..20).map(|_| async { clara.post(path, message).await });
    let replies = join_all(sends).await;

    let count = |status: u16| replies.iter().filter(|reply| reply.status == status).count();
    assert_eq!((count(201), count(200)), (1, 19), "{replies:#?}");
    let bodies: Vec<Value> = replies.iter().map(|reply| reply.expect(reply.status)).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:#?}");
    let entries = chat.entries(&ana).await;
    assert_eq!(entries.len(), 2, "{entries:#?}");
    assert_eq!(entries[1], bodies[0]);

    // Long after, and after the closing, it is still the stored one.
    chat.set(&clara, "closed").await;
    assert_eq!(clara.post(path, message).await.expect(200), bodies[0]);
    assert_eq!(chat.entries(&ana).await.len(), 3);
}

#[tokio::test]
async fn an_id_is_used_for_one_message_only() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let (clara, carl) = (stack.person("clinician-a").await, stack.person("clinician-b").await);
    let chat = Chat::asked_by(&ana).await;
    let first = message("It is within the range.");
    let stored = clara.post(&chat.messages(), &first).await.expect(201);

    let other_text = json!({"id": first["id"], "text": "It is not within the range.", "attachmentIds": []});
    let refused = clara.post(&chat.messages(), &other_text).await;
    refused.problem(422, "message-id-reused");
    assert!(!refused.body.contains("range"), "{}", refused.body);
    carl.post(&chat.messages(), &first).await.problem(422, "message-id-reused");
    ana.post(&chat.messages(), &first).await.problem(422, "message-id-reused");
    assert_eq!(clara.post(&chat.messages(), &first).await.expect(200), stored);
    assert_eq!(chat.entries(&ana).await.len(), 2);

    // In another chat it is another message.
    let elsewhere = Chat::asked_by(&ana).await;
    clara.post(&elsewhere.messages(), &first).await.expect(201);
    chat.set(&clara, "closed").await;
    elsewhere.set(&clara, "closed").await;
}
