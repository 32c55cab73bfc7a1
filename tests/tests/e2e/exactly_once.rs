//! Sending is exactly once: the same message again brings the stored one, another one is refused.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::conversation::{Conversation, message};
use tests::stack::Stack;

#[tokio::test]
async fn the_same_message_twenty_times_at_once_is_stored_once() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let clara = stack.person("clinician-a").await;
    let conversation = Conversation::asked_by(&ana).await;
    let message = message("Exactly once, please.");
    let (path, message) = (&conversation.messages(), &message);
    let sends = (0..20).map(|_| async { clara.post(path, message).await });
    let replies = join_all(sends).await;

    let count = |status: u16| replies.iter().filter(|reply| reply.status == status).count();
    assert_eq!((count(201), count(200)), (1, 19), "{replies:#?}");
    let bodies: Vec<Value> = replies.iter().map(|reply| reply.expect(reply.status)).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:#?}");
    let entries = conversation.entries(&ana).await;
    assert_eq!(entries.len(), 2, "{entries:#?}");
    assert_eq!(entries[1], bodies[0]);

    // Long after, and after the closing, it is still the stored one.
    conversation.set(&clara, "closed").await;
    assert_eq!(clara.post(path, message).await.expect(200), bodies[0]);
    assert_eq!(conversation.entries(&ana).await.len(), 3);
}

#[tokio::test]
async fn an_id_is_used_for_one_message_only() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let (clara, carl) = (stack.person("clinician-a").await, stack.person("clinician-b").await);
    let conversation = Conversation::asked_by(&ana).await;
    let first = message("It is within the range.");
    let stored = clara.post(&conversation.messages(), &first).await.expect(201);

    let other_text = json!({"id": first["id"], "text": "It is not within the range.", "attachmentIds": []});
    let refused = clara.post(&conversation.messages(), &other_text).await;
    refused.problem(422, "message-id-reused");
    assert!(!refused.body.contains("range"), "{}", refused.body);
    carl.post(&conversation.messages(), &first).await.problem(422, "message-id-reused");
    ana.post(&conversation.messages(), &first).await.problem(422, "message-id-reused");
    assert_eq!(clara.post(&conversation.messages(), &first).await.expect(200), stored);
    assert_eq!(conversation.entries(&ana).await.len(), 2);

    // In another conversation it is another message.
    let elsewhere = Conversation::asked_by(&ana).await;
    clara.post(&elsewhere.messages(), &first).await.expect(201);
    conversation.set(&clara, "closed").await;
    elsewhere.set(&clara, "closed").await;
}
