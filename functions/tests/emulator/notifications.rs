//! Stream records that the test passes to `notify`: one notification each time unread goes from none to some.

use aws_lambda_events::dynamodb::Event;
use functions::conversations::{create_conversation, mark_read, mark_unread};
use functions::messages::send_message;
use functions::people::put_notifications;
use functions::runtime::failure_queue::FailureQueue;
use functions::stream::notify::{self, Notifier};
use serde_json::{Value, json};
use shared::lazy::lazy;
use shared::notifications::Texts;
use shared::store::{CachedSettings, RawItem, RawRecord, schema};

use crate::sns::{Asked, Trouble};
use crate::stream::{queue, record, sqs};
use crate::support::{Bench, PATIENT, body, request};

const TITLE: &str = "Your potassium result";
const TEXT: &str = "It is 6.1 and too high";

/// A chat of clinician-a with patient-a, and the records of its head.
struct Chat {
    bench: Bench,
    id: String,
    head: Option<RawItem>,
    records: Vec<RawRecord>,
    recorded: usize,
}

impl Chat {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let mut chat = Self { bench, id: String::new(), head: None, records: Vec::new(), recorded: 0 };
        chat.begin().await;
        chat
    }

    async fn begin(&mut self) {
        let path = format!("/patients/{PATIENT}/conversations");
        let titled = request("clinician-a", &path, &json!({"patientId": PATIENT}), "", &json!({"title": TITLE}));
        let created = body(&create_conversation::handle(&self.bench.deps, titled).await.unwrap());
        created["id"].as_str().unwrap().clone_into(&mut self.id);
        self.head = None;
        self.record().await;
    }

    async fn subscribe(&self, account: &str, contact: Value) {
        let asked = request(account, "/me/notifications", &Value::Null, "", &contact);
        put_notifications::handle(&self.bench.deps, asked).await.unwrap();
    }

    fn ask(&self, account: &str, rest: &str, body: &Value) -> lambda_http::Request {
        request(account, &format!("/conversations/{}{rest}", self.id), &json!({"conversationId": self.id}), "", body)
    }

    async fn say(&mut self, account: &str) {
        let message = json!({"id": self.bench.deps.clock.id().to_string(), "text": TEXT});
        send_message::handle(&self.bench.deps, self.ask(account, "/messages", &message)).await.unwrap();
        self.record().await;
    }

    async fn read(&self, up_to: u64) {
        mark_read::handle(&self.bench.deps, self.ask("patient-a", "/read", &json!({"upTo": up_to}))).await.unwrap();
    }

    async fn record(&mut self) {
        let key = schema::head(self.id.parse().unwrap());
        let head = self.bench.deps.table.raw_item(key).await.unwrap().unwrap();
        self.records.push(record(self.recorded, self.head.as_ref(), Some(&head)));
        self.recorded += 1;
        self.head = Some(head);
    }

    fn notifier(&self, queue: &str) -> Notifier {
        Notifier {
            table: self.bench.deps.table.clone(),
            settings: CachedSettings::default(),
            clock: self.bench.deps.clock,
            topics: self.bench.sns.topics(),
            texts: Texts::new(None, "https://portal.example.org", "https://clinic.example.org").unwrap(),
            failures: FailureQueue::new(lazy(sqs), queue),
        }
    }

    /// Feeds records, and gives the sequence numbers of those that failed for now.
    async fn feed(&self, records: &[RawRecord], queue: &str) -> Vec<String> {
        let event: Event = serde_json::from_value(json!({ "Records": records })).unwrap();
        let answer = notify::handle(&self.notifier(queue), event).await;
        answer.batch_item_failures.into_iter().filter_map(|failure| failure.item_identifier).collect()
    }

    /// Feeds the records since the last time, and gives what was published.
    async fn hear(&mut self) -> Vec<Asked> {
        let records = std::mem::take(&mut self.records);
        assert_eq!(self.feed(&records, NO_QUEUE).await, Vec::<String>::new());
        self.bench.sns.published()
    }
}

const NO_QUEUE: &str = "http://127.0.0.1:9/none";

fn both() -> Value {
    json!({"email": "ana@example.org", "sms": "+14155550100"})
}

#[tokio::test]
async fn five_messages_in_a_row_are_one_notice_and_after_reading_the_next_is_another() {
    let mut chat = Chat::new().await;
    chat.subscribe("patient-a", both()).await;
    assert_eq!(chat.hear().await, [], "an empty thread is not shown to the patient");
    for _ in 0..5 {
        chat.say("clinician-a").await;
    }
    let [first] = &chat.hear().await[..] else { panic!("one notification") };
    let texts: Value = serde_json::from_str(&first["Message"]).unwrap();
    assert_eq!(first["Subject"], "New message");
    assert_eq!(texts["sms"], "You have a new message. Sign in to read it: https://portal.example.org");
    assert!(texts["email"].as_str().unwrap().contains("https://portal.example.org"));
    let names: Vec<&str> = first.keys().map(String::as_str).collect();
    assert_eq!(names, ["Action", "Message", "MessageStructure", "Subject", "TopicArn", "Version"], "and nothing else");
    for secret in ["Ana", "Clara", "potassium", "6.1", "patient-a", &chat.id, PATIENT] {
        assert!(first.values().all(|value| !value.contains(secret)), "{secret}: {first:?}");
    }

    chat.read(5).await;
    assert_eq!(chat.hear().await, []);
    chat.say("clinician-a").await;
    assert_eq!(chat.hear().await.len(), 1);
}

#[tokio::test]
async fn records_that_come_twice_late_or_in_any_order_change_nothing() {
    let mut chat = Chat::new().await;
    chat.subscribe("patient-a", both()).await;
    for account in ["clinician-a", "clinician-b", "patient-a", "clinician-a"] {
        chat.say(account).await;
    }
    let mut records = chat.records.clone();
    records.reverse();
    records.extend(chat.records.clone());
    assert!(chat.feed(&records, NO_QUEUE).await.is_empty());
    assert_eq!(chat.bench.sns.published().len(), 1);
    assert!(chat.feed(&records, NO_QUEUE).await.is_empty());
    chat.read(4).await;
    mark_unread::handle(&chat.bench.deps, chat.ask("patient-a", "/read", &Value::Null)).await.unwrap();
    assert!(chat.feed(&records, NO_QUEUE).await.is_empty());
    assert_eq!(chat.bench.sns.published(), [], "the envelope tells nobody either");
}

#[tokio::test]
async fn a_pool_is_told_until_it_answers_and_nobody_of_their_own_message() {
    let mut chat = Chat::new().await;
    chat.subscribe("patient-a", both()).await;
    chat.subscribe("clinician-a", json!({"email": "clara@example.org"})).await;
    chat.say("clinician-a").await;
    let [begun] = &chat.hear().await[..] else { panic!("the patient alone") };
    assert!(begun["TopicArn"].contains("-p-"));
    chat.say("patient-a").await;
    chat.say("patient-a").await;
    let [asked] = &chat.hear().await[..] else { panic!("the pool alone, once") };
    assert!(asked["TopicArn"].contains("-pool-") && !asked["TopicArn"].contains("clinic"), "{asked:?}");
    assert!(asked["Message"].contains("https://clinic.example.org"));
    chat.say("clinician-a").await;
    assert_eq!(chat.hear().await, [], "the patient has not read the first yet");
    chat.say("patient-a").await;
    assert_eq!(chat.hear().await.len(), 1);
}

#[tokio::test]
async fn who_subscribes_later_is_told_of_the_next_message() {
    let mut chat = Chat::new().await;
    chat.say("clinician-a").await;
    chat.say("patient-a").await;
    // The pool's topic does not exist: it was tried, and there is nobody to tell.
    let asked = chat.hear().await;
    assert!(!asked.is_empty() && asked.iter().all(|asked| asked["TopicArn"].contains("-pool-")));
    assert!(chat.bench.items().await.iter().all(|item| !item.key().unwrap().sk.starts_with("NOTICE")));
    chat.subscribe("patient-a", both()).await;
    chat.say("clinician-a").await;
    assert_eq!(chat.hear().await.len(), 1);
}

#[tokio::test]
async fn one_recipients_failure_does_not_hold_up_the_others() {
    let mut chat = Chat::new().await;
    chat.subscribe("patient-a", both()).await;
    chat.subscribe("clinician-a", json!({"email": "clara@example.org"})).await;
    chat.say("clinician-a").await;
    chat.hear().await;
    chat.say("patient-a").await;
    let for_pool = std::mem::take(&mut chat.records);
    chat.begin().await;
    chat.say("clinician-a").await;
    chat.records.extend(for_pool);
    chat.bench.sns.trouble(Trouble::Throttles("-p-".into()));
    let failed = chat.feed(&chat.records.clone(), NO_QUEUE).await;
    let of_the_patient = chat.records[..2].iter().map(RawRecord::sequence_number);
    assert_eq!(failed, of_the_patient.collect::<Vec<_>>());
    let [told] = &chat.bench.sns.published()[..] else { panic!("the pool is told") };
    assert!(told["TopicArn"].contains("-pool-"));
    chat.bench.sns.trouble(None);
    let [retried] = &chat.hear().await[..] else { panic!("the patient is told when it is tried again, the pool not") };
    assert!(retried["TopicArn"].contains("-p-"));
}

#[tokio::test]
async fn what_can_never_be_sent_goes_to_the_queue_without_content() {
    let mut chat = Chat::new().await;
    chat.subscribe("patient-a", both()).await;
    chat.say("clinician-a").await;
    chat.bench.sns.trouble(Trouble::Refuses("-p-".into()));
    let url = queue().await;
    assert!(chat.feed(&chat.records.clone(), &url).await.is_empty());
    let parked = sqs().receive_message().queue_url(&url).send().await.unwrap().messages.unwrap();
    let parked: Value = serde_json::from_str(parked[0].body().unwrap()).unwrap();
    assert_eq!((&parked["function"], &parked["cause"]), (&json!("notify"), &json!("SNS refused: InvalidParameter")));
    assert_eq!(parked["keys"], json!([format!("CONV#{}", chat.id), "HEAD"]));
    for secret in ["example.org", "4155550100", "potassium"] {
        assert!(!parked.to_string().contains(secret), "{parked}");
    }
}

#[tokio::test]
async fn the_sample_event_tells_the_patient() {
    let mut chat = Chat::new().await;
    chat.subscribe("patient-a", both()).await;
    chat.say("clinician-a").await;
    let sample = include_str!("../../../events/notify/answered.json");
    let sample = sample.replace("01900000-0000-7000-8000-0000000000c1", &chat.id);
    let event: Event = serde_json::from_str(&sample).unwrap();
    assert!(notify::handle(&chat.notifier(NO_QUEUE), event).await.batch_item_failures.is_empty());
    assert_eq!(chat.bench.sns.published().len(), 1);
}
