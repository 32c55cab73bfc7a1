//! Notifications: one email and one SMS each time unread goes from none to some, without any content.

use std::time::Duration;

use domain::ids::UserId;
use serde_json::{Value, json};
use tests::aws;
use tests::conversation::Conversation;
use tests::eventually::{eventually, found_if};
use tests::http::Client;
use tests::published::{self, Published};
use tests::stack::Stack;

const TITLE: &str = "Your potassium result";
const TEXT: &str = "It is 6.1, please come by";
const EMAIL: &str = "ana.notices@example.org";
const SMS: &str = "+14155550121";
/// How long a published notification takes to the queue.
const QUIET: Duration = Duration::from_millis(500);
/// How far behind a stream may be.
const CATCHING_UP: Duration = Duration::from_mins(3);

/// The notifications for everything that happened before.
async fn so_far(stack: &Stack, clara: &Client, published: &Published) -> Vec<String> {
    catch_up(stack, clara).await;
    published.settled(QUIET).await
}

/// The one notification for everything that happened before.
async fn one_notification(stack: &Stack, clara: &Client, published: &Published, what: &str) -> Value {
    let notifications = so_far(stack, clara, published).await;
    assert_eq!(notifications.len(), 1, "{what}: {notifications:#?}");
    serde_json::from_str(&notifications[0]).expect("SNS's envelope")
}

/// Waits until the stream's consumer has decided whom to notify of everything that happened before: the stream is in
/// order, so the decision about a new conversation comes last. An emulator may be minutes behind after a heavy load.
async fn catch_up(stack: &Stack, clara: &Client) {
    let conversation = Conversation::titled_by(clara, stack.patient_id("patient-b"), TITLE).await;
    conversation.say(clara, TEXT).await;
    let (table, id) = (aws::table(stack).await, conversation.id.parse().expect("an id"));
    let ben = UserId::new("patient-b").expect("a user id");
    let decided = eventually("the stream is caught up", CATCHING_UP, async || {
        let watermark = table.notification_watermark(id, Some(&ben)).await.expect("readable");
        found_if(watermark > 0, watermark)
    });
    decided.await;
    conversation.set(clara, "closed").await;
}

/// How many emails and SMS reached Ana, where the emulator tells.
fn delivered(stack: &Stack) -> Option<(usize, usize)> {
    let log = stack.emulator_log()?;
    let count = |what: &str| log.lines().filter(|line| line.contains(what)).count();
    Some((count(&format!("SNS fanout → email {EMAIL}")), count(&format!("SNS fanout → SMS {SMS}"))))
}

/// No other test runs: what others write to Ana would be news too.
#[tokio::test]
async fn five_messages_in_a_row_are_one_email_and_one_sms() {
    let stack = Stack::alone().await;
    let (ana, clara) = (stack.person("patient-a").await, stack.person("clinician-a").await);
    let added = ana.put("/me/notifications", &json!({"email": EMAIL, "sms": SMS})).await.expect(200);
    assert_eq!(
        (&added["email"], &added["sms"], &added["smsStatus"]),
        (&json!(EMAIL), &json!(SMS), &json!("confirmed"))
    );
    assert_eq!(ana.get("/me/notifications").await.expect(200), added);

    // Whatever is published to this topic is one email and one SMS, and nothing else reaches them.
    let published = Published::by(&stack, "notices").await;
    let topics = published.topics_of(EMAIL).await;
    assert_eq!(published.topics_of(SMS).await, topics);
    let [topic] = &topics[..] else { panic!("not one topic: {topics:?}") };
    let own = [("email", EMAIL), ("sms", SMS)].map(|(protocol, endpoint)| (protocol.to_owned(), endpoint.to_owned()));
    assert_eq!(published.told_by(topic).await, own);
    // The stream may still hold what other tests wrote.
    catch_up(&stack, &clara).await;
    published.listen_to(topic).await;
    Published::by(&stack, published::KEPT).await.listen().await;
    published.settled(QUIET).await;

    let before = delivered(&stack);
    let by_now = |notifications: usize| before.map(|(emails, texts)| (emails + notifications, texts + notifications));

    let conversation = Conversation::titled_by(&clara, stack.patient_id("patient-a"), TITLE).await;
    let notifications = so_far(&stack, &clara, &published).await;
    assert_eq!(notifications, Vec::<String>::new(), "an empty conversation is not shown, nor told of");
    for number in 1..=5 {
        conversation.say(&clara, &format!("{TEXT} ({number})")).await;
    }
    let notification = one_notification(&stack, &clara, &published, "five messages in a row").await;
    assert_eq!(delivered(&stack), by_now(1), "one email and one SMS");
    assert_eq!(notification["Subject"], "New message");
    assert!(
        notification["Message"].as_str().is_some_and(|text| text.contains("You have a new message.")),
        "{notification}"
    );
    for secret in ["Ana", "Clara", "potassium", "6.1", &conversation.id, stack.patient_id("patient-a"), "patient-a"] {
        assert!(!notification.to_string().contains(secret), "{secret}: {notification}");
    }

    // The envelope tells nobody; reading does not either, but the next message does again.
    ana.put(&format!("{}/read", conversation.path()), &json!({"upTo": 5})).await.expect(200);
    ana.delete(&format!("{}/read", conversation.path())).await.expect(200);
    ana.put(&format!("{}/read", conversation.path()), &json!({"upTo": 5})).await.expect(200);
    assert_eq!(so_far(&stack, &clara, &published).await, Vec::<String>::new());
    conversation.say(&clara, TEXT).await;
    one_notification(&stack, &clara, &published, "the next message after reading").await;
    assert_eq!(delivered(&stack), by_now(2));

    // Her own message is no news to her.
    ana.put(&format!("{}/read", conversation.path()), &json!({"upTo": 6})).await.expect(200);
    conversation.say(&ana, "I'll come by").await;
    assert_eq!(so_far(&stack, &clara, &published).await, Vec::<String>::new());
    conversation.set(&clara, "closed").await;

    assert_eq!(ana.put("/me/notifications", &json!({})).await.expect(200), json!({}));
    assert_eq!(published.topics_of(EMAIL).await, Vec::<String>::new(), "nothing is left behind");
    published::everybody_listens(&stack).await;
}

#[tokio::test]
async fn clinicians_are_told_for_their_pool() {
    let stack = Stack::together().await;
    let carl = stack.person("clinician-b").await;
    let published = Published::by(&stack, "pools").await;
    let told = carl.put("/me/notifications", &json!({"sms": "+14155550122", "pool": "radiology"})).await.expect(200);
    assert_eq!(told["pool"], "radiology");
    let [radiology] = &published.topics_of("+14155550122").await[..] else { panic!("one topic") };
    let moved = carl.put("/me/notifications", &json!({"sms": "+14155550122"})).await.expect(200);
    assert_eq!(moved["pool"], "clinic", "the one that questions go to");
    let [clinic] = &published.topics_of("+14155550122").await[..] else { panic!("one topic") };
    assert_ne!(clinic, radiology);
    let (_, email, sms) = published::CONTACTS[2];
    let told = published.told_by(clinic).await;
    for own in [email, sms, "+14155550122"] {
        assert!(told.iter().any(|(_, endpoint)| endpoint == own), "{own}: {told:?}");
    }
    assert_eq!(carl.put("/me/notifications", &json!({"email": null})).await.expect(200), json!({}));
    assert_eq!(published.topics_of("+14155550122").await, Vec::<String>::new());
    assert!(published.told_by(clinic).await.iter().any(|(_, endpoint)| endpoint == email), "who else is told stays");
}

#[tokio::test]
async fn addresses_and_numbers_that_nobody_can_be_told_at_are_refused() {
    let stack = Stack::together().await;
    let (ben, admin) = (stack.person("patient-b").await, stack.person("admin").await);
    let before = ben.get("/me/notifications").await.expect(200);
    let long = format!("{}@example.org", "a".repeat(250));
    for email in
        ["", " ", "ben", "ben@", "ben@localhost", "ben@@example.org", "Ben <ben@example.org>", "ben@[10.0.0.1]", &long]
    {
        let refused = ben.put("/me/notifications", &json!({"email": email, "sms": SMS})).await;
        refused.refusal(422, "invalid-value", "/email");
    }
    for sms in ["", "4155550100", "+0155550100", "+1415555", "+1 415 555 0100", "+1415555010012345", "+1415555010a"] {
        let refused = ben.put("/me/notifications", &json!({"email": EMAIL, "sms": sms})).await;
        refused.refusal(422, "invalid-value", "/sms");
        assert!(!refused.body.contains(EMAIL), "{}", refused.body);
    }
    ben.put("/me/notifications", &json!({"pool": "clinic"})).await.refusal(422, "invalid-value", "/pool");
    assert_eq!(ben.get("/me/notifications").await.expect(200), before, "what was refused changed nothing");

    admin.put("/me/notifications", &json!({"email": EMAIL})).await.problem(403, "forbidden");
    assert_eq!(admin.get("/me/notifications").await.expect(200), json!({}), "administrators take no part");
}
