//! The stream's records, fed to `project-changes` by the test: once and in order, twice and shuffled.

use aws_lambda_events::dynamodb::Event;
use domain::search::ConversationQuery;
use domain::task::TaskStatus;
use functions::conversations::{create_conversation, set_conversation_status};
use functions::encounters::{create_order, set_encounter_status};
use functions::messages::send_message;
use functions::runtime::failure_queue::FailureQueue;
use functions::stream::project_changes::{self, Projector};
use serde_json::{Value, json};
use shared::attachments::Bucket;
use shared::lazy::lazy;
use shared::store::schema::{self, Key};
use shared::store::{CachedSettings, ConversationPage, RawItem, RawRecord, TaskPage};
use testkit::emulator::{connection, new_name};

use crate::bucket::nowhere;
use crate::support::{Bench, PATIENT, QUESTIONNAIRE, body, request, reset_clock};

/// A table whose changes are recorded as its stream would have them.
pub(crate) struct Recorded {
    pub(crate) bench: Bench,
    before: Vec<RawItem>,
    pub(crate) records: Vec<RawRecord>,
}

pub(crate) fn sqs() -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(&connection())
}

pub(crate) async fn queue() -> String {
    sqs().create_queue().queue_name(new_name("failures")).send().await.unwrap().queue_url.unwrap()
}

impl Recorded {
    pub(crate) async fn new() -> Self {
        let bench = Bench::new().await;
        let before = bench.items().await;
        Self { bench, before, records: Vec::new() }
    }

    /// Records what changed since the last time, as the event source's filter lets it through.
    pub(crate) async fn record(&mut self) {
        let after = self.bench.items().await;
        for new in &after {
            let old = self.before.iter().find(|old| old.key().unwrap() == new.key().unwrap());
            let record = record(self.records.len(), old, Some(new));
            if old != Some(new) && record.is_followed(project_changes::FOLLOWS) {
                self.records.push(record);
            }
        }
        self.before = after;
    }

    fn projector(&self, queue: &str) -> Projector {
        Projector { failures: FailureQueue::new(lazy(sqs), queue), ..projector(&self.bench, nowhere()) }
    }

    pub(crate) async fn feed(&self, records: &[RawRecord]) -> usize {
        let event: Event = serde_json::from_value(json!({ "Records": records })).unwrap();
        project_changes::handle(&self.projector("http://127.0.0.1:9/none"), event).await.batch_item_failures.len()
    }
}

/// The function on a table, without a queue that can be reached.
pub(crate) fn projector(bench: &Bench, bucket: Bucket) -> Projector {
    let failures = FailureQueue::new(lazy(sqs), "http://127.0.0.1:9/none");
    let (table, settings) = (bench.deps.table.clone(), CachedSettings::default());
    Projector { table, settings, clock: bench.deps.clock, failures, bucket }
}

/// The record of a removed item.
pub(crate) fn removal(item: &RawItem) -> RawRecord {
    record(0, Some(item), None)
}

pub(crate) fn record(number: usize, old: Option<&RawItem>, new: Option<&RawItem>) -> RawRecord {
    RawRecord::new(number, old, new).unwrap()
}

/// One story: questions, answers, closings and reopenings from both sides, in three chats.
async fn story(recorded: &mut Recorded) {
    reset_clock();
    for chat in 0..3 {
        let path = format!("/patients/{PATIENT}/conversations");
        let answers = json!([{"linkId": "result", "value": "X-ray"}, {"linkId": "question", "value": "Is it broken?"}]);
        let asked = json!({"questionnaireId": QUESTIONNAIRE, "answers": answers});
        let asked = request("patient-a", &path, &json!({"patientId": PATIENT}), "", &asked);
        let created = create_conversation::handle(&recorded.bench.deps, asked).await;
        let created = body(&created.unwrap());
        recorded.record().await;
        let id = created["id"].as_str().unwrap();
        let encounter = created["encounterId"].as_str().unwrap();
        for step in script(chat) {
            act(&recorded.bench, id, encounter, step).await;
            recorded.record().await;
        }
    }
}

/// What happens in each chat.
fn script(chat: usize) -> &'static [&'static str] {
    match chat {
        0 => &["answer", "close", "reopen", "ask", "finish"],
        1 => &["close", "reopen", "finish", "resume", "ask"],
        _ => &["ask", "finish", "close", "resume", "reopen", "answer", "ask", "close", "reopen"],
    }
}

async fn act(bench: &Bench, id: &str, encounter: &str, step: &str) {
    let deps = &bench.deps;
    let chat = |account: &str, rest: &str, body: &Value| {
        request(account, &format!("/conversations/{id}{rest}"), &json!({"conversationId": id}), "", body)
    };
    let encounter_status = |status: &str| {
        let path = format!("/encounters/{encounter}/status");
        request("clinician-a", &path, &json!({"encounterId": encounter}), "", &json!({ "status": status }))
    };
    let message = json!({"id": deps.clock.id().to_string(), "text": "text"});
    let answer = match step {
        "ask" => send_message::handle(deps, chat("patient-a", "/messages", &message)).await,
        "answer" => send_message::handle(deps, chat("clinician-a", "/messages", &message)).await,
        "close" => {
            set_conversation_status::handle(deps, chat("patient-a", "/status", &json!({"status": "closed"}))).await
        }
        "reopen" => {
            set_conversation_status::handle(deps, chat("patient-a", "/status", &json!({"status": "open"}))).await
        }
        "finish" => set_encounter_status::handle(deps, encounter_status("finished")).await,
        _ => set_encounter_status::handle(deps, encounter_status("in-progress")).await,
    };
    assert!(answer.is_ok(), "{step}: {answer:?}");
}

/// A shuffle that a seed decides (xorshift).
fn shuffled(records: &[RawRecord], mut seed: u64) -> Vec<RawRecord> {
    let mut shuffled: Vec<RawRecord> = records.iter().chain(records).cloned().collect();
    for last in (1..shuffled.len()).rev() {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        shuffled.swap(last, usize::try_from(seed % (last as u64 + 1)).unwrap());
    }
    shuffled
}

/// What the table holds, item by item, without what counts writes; tasks by what they are about.
async fn end_state(bench: &Bench) -> Vec<String> {
    let mut items: Vec<String> = bench.items().await.iter().map(|item| item.essence().unwrap()).collect();
    items.sort();
    items
}

fn assert_same(found: &[String], expected: &[String], when: &str) {
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|item| !those.contains(item)).cloned().collect()
    };
    let (new, missing) = (only(found, expected), only(expected, found));
    assert!(found == expected, "{when}: only then {new:#?}, not then {missing:#?}");
}

#[tokio::test]
async fn records_delivered_twice_and_shuffled_come_to_the_same_end() {
    let mut in_order = Recorded::new().await;
    story(&mut in_order).await;
    assert!(in_order.records.len() > 30, "{} records", in_order.records.len());
    for record in in_order.records.clone() {
        assert_eq!(in_order.feed(&[record]).await, 0);
    }
    in_order.record().await;
    let expected = end_state(&in_order.bench).await;
    assert_is_settled(&in_order.bench).await;
    assert_is_found(&in_order.bench).await;

    for seed in [1, 2, 3] {
        let mut other = Recorded::new().await;
        story(&mut other).await;
        for batch in shuffled(&other.records, seed).chunks(7) {
            assert_eq!(other.feed(batch).await, 0);
        }
        assert_same(&end_state(&other.bench).await, &expected, &format!("seed {seed}"));
        // What the processing itself changed comes by the stream again and changes nothing.
        let echo = other.records.len();
        other.record().await;
        assert_eq!(other.feed(&shuffled(&other.records[echo..], seed)).await, 0);
        assert_same(&end_state(&other.bench).await, &expected, &format!("seed {seed}, echoed"));
    }
}

/// Conversation and encounter are in the same state, change by change, and nobody waits without a task.
async fn assert_is_settled(bench: &Bench) {
    let table = &bench.deps.table;
    let chats = table.list_conversations(page()).await.unwrap().items;
    assert_eq!(chats.len(), 3);
    let status = Some(TaskStatus::Requested);
    let open = TaskPage { pool: "clinic", status, owner: None, limit: 10, start: None };
    let open = table.list_tasks(open).await.unwrap().items;
    for chat in chats {
        let encounter = table.encounter(chat.encounter_id).await.unwrap().unwrap().value;
        assert_eq!(encounter.lock.current(), &chat.lock);
        let asked_since = chat.last_closing.as_ref().is_none_or(|closing| chat.last_patient_number > closing.number);
        let owed =
            chat.lock.status() == domain::lock::Status::Open && asked_since && chat.awaiting_reply_since.is_some();
        assert_eq!(open.iter().filter(|task| task.conversation_id == chat.id).count(), usize::from(owed));
    }
}

/// How many chats a search finds.
async fn found(bench: &Bench, typed: &str) -> usize {
    let query = ConversationQuery::new(typed).unwrap();
    bench.deps.table.search_conversations(&query, page()).await.unwrap().items.len()
}

/// All of the patient's chats.
fn page() -> ConversationPage<'static> {
    ConversationPage { patient: PATIENT.parse().unwrap(), status: None, with_empty: true, limit: 10, start: None }
}

/// Every chat is found by its title and its messages.
async fn assert_is_found(bench: &Bench) {
    assert_eq!(found(bench, "ask about broken x").await, 3);
    assert_eq!(found(bench, "tex").await, 3, "what was said later");
    assert_eq!(found(bench, "finished").await, 0);
}

#[tokio::test]
async fn a_message_without_its_image_is_found_too() {
    let mut recorded = Recorded::new().await;
    story(&mut recorded).await;
    recorded.records = std::mem::take(&mut recorded.records).into_iter().map(RawRecord::without_new_image).collect();
    assert_eq!(recorded.feed(&recorded.records).await, 0);
    assert_is_found(&recorded.bench).await;
}

#[tokio::test]
async fn a_message_that_can_not_be_read_is_poison_and_the_others_are_found() {
    let mut recorded = Recorded::new().await;
    story(&mut recorded).await;
    let place = recorded.records.iter().position(RawRecord::has_text).unwrap();
    let broken = recorded.records[place].clone().with_unreadable_text();
    recorded.records.insert(place, broken);
    let queue = queue().await;
    let event: Event = serde_json::from_value(json!({ "Records": recorded.records })).unwrap();
    assert!(project_changes::handle(&recorded.projector(&queue), event).await.batch_item_failures.is_empty());
    assert_is_found(&recorded.bench).await;
    let parked = sqs().receive_message().queue_url(&queue).send().await.unwrap().messages.unwrap();
    let parked: Value = serde_json::from_str(parked[0].body().unwrap()).unwrap();
    assert_eq!(parked["cause"], "a entry item can't be read: an attribute");
    assert!(parked["keys"][1].as_str().unwrap().starts_with("E#"), "{parked}");
}

/// A conversation whose key names no id.
fn foreign() -> RawItem {
    RawItem::new(Key { pk: "CONV#not-an-id".into(), sk: schema::HEAD.into() })
}

#[tokio::test]
async fn a_poison_record_goes_to_the_queue_and_the_others_are_processed() {
    let mut recorded = Recorded::new().await;
    story(&mut recorded).await;
    let broken = RawItem::new(schema::head("01900000-0000-7000-8000-0000000000ff".parse().unwrap()));
    let broken = broken.with_title("Ana's secret").with_lock_version(2);
    recorded.bench.deps.table.put_raw(broken.clone()).await.unwrap();
    let foreign = foreign();
    let middle = recorded.records.len() / 2;
    recorded.records.insert(middle, record(900, None, Some(&broken)));
    recorded.records.insert(0, record(901, None, Some(&foreign)));
    let queue = queue().await;
    let event: Event = serde_json::from_value(json!({ "Records": recorded.records })).unwrap();
    let answer = project_changes::handle(&recorded.projector(&queue), event).await;
    assert!(answer.batch_item_failures.is_empty());
    assert_is_settled(&recorded.bench).await;

    let parked =
        sqs().receive_message().queue_url(&queue).max_number_of_messages(10).send().await.unwrap().messages.unwrap();
    let parked: Vec<Value> =
        parked.iter().map(|message| serde_json::from_str(message.body().unwrap()).unwrap()).collect();
    assert_eq!(parked.len(), 2, "{parked:?}");
    assert_eq!(parked[0]["cause"], "a record's key names no id");
    assert_eq!(parked[1]["keys"], json!(["CONV#01900000-0000-7000-8000-0000000000ff", "HEAD"]));
    assert!(parked[1]["cause"].as_str().unwrap().starts_with("a conversation item can't be read"));
    assert!(!parked[1].to_string().contains("secret"), "the queue gets no content");
}

#[tokio::test]
async fn a_head_without_its_status_entries_is_poison_and_no_endless_loop() {
    let mut recorded = Recorded::new().await;
    story(&mut recorded).await;
    let items = recorded.bench.items().await;
    let head = items.iter().find(|item| item.key().unwrap().sk == schema::HEAD).unwrap();
    let broken = head.clone().with_lock_version(99);
    recorded.bench.deps.table.put_raw(broken.clone()).await.unwrap();
    let queue = queue().await;
    let records = [record(900, Some(head), Some(&broken))];
    let event: Event = serde_json::from_value(json!({ "Records": records })).unwrap();
    assert!(project_changes::handle(&recorded.projector(&queue), event).await.batch_item_failures.is_empty());
    let parked = sqs().receive_message().queue_url(&queue).send().await.unwrap().messages.unwrap();
    assert!(parked[0].body().unwrap().contains("a conversation lacks its last status entry"), "{parked:?}");
}

#[tokio::test]
async fn a_passing_failure_is_reported_from_its_record_on() {
    let mut recorded = Recorded::new().await;
    story(&mut recorded).await;
    recorded.records.insert(2, record(900, None, Some(&foreign())));
    let event: Event = serde_json::from_value(json!({ "Records": recorded.records })).unwrap();
    // The queue is out of reach, so the poison record can't be parked: it must not be lost.
    let answer = project_changes::handle(&recorded.projector("http://127.0.0.1:9/none"), event).await;
    let failed: Vec<_> = answer.batch_item_failures.iter().map(|failure| failure.item_identifier.clone()).collect();
    assert_eq!(failed, [Some(format!("{:021}", 901))]);
}

#[tokio::test]
async fn the_sample_event_opens_a_task_and_is_found() {
    let mut recorded = Recorded::new().await;
    story(&mut recorded).await;
    let sample = include_str!("../../../events/project-changes/asked.json");
    let conversation = recorded.records[0].key().pk;
    let event: Event =
        serde_json::from_str(&sample.replace("CONV#01900000-0000-7000-8000-0000000000c1", &conversation)).unwrap();
    assert!(project_changes::handle(&recorded.projector("none"), event).await.batch_item_failures.is_empty());
    assert_eq!(found(&recorded.bench, "result potassium").await, 1);
}

#[tokio::test]
async fn an_order_changes_nothing_for_the_conversation_and_costs_the_stream_nothing() {
    let mut recorded = Recorded::new().await;
    let answers = json!([{"linkId": "result", "value": "X-ray"}, {"linkId": "question", "value": "Is it broken?"}]);
    let asked = json!({"questionnaireId": QUESTIONNAIRE, "answers": answers});
    let path = format!("/patients/{PATIENT}/conversations");
    let asked = request("patient-a", &path, &json!({"patientId": PATIENT}), "", &asked);
    let begun = body(&create_conversation::handle(&recorded.bench.deps, asked).await.unwrap());
    recorded.record().await;
    let encounter = begun["encounterId"].as_str().unwrap();
    let (path, parameters) = (format!("/encounters/{encounter}/orders"), json!({"encounterId": encounter}));
    let order = request("clinician-a", &path, &parameters, "", &json!({"text": "Potassium"}));
    assert_eq!(create_order::handle(&recorded.bench.deps, order).await.unwrap().status(), 201);
    let before = recorded.records.len();
    recorded.record().await;
    let records = recorded.records.split_off(before);
    assert_eq!(records.len(), 1, "the encounter counts it: {records:#?}");
    recorded.bench.meter.take();
    assert_eq!(recorded.feed(&records).await, 0);
    assert_eq!(recorded.bench.meter.take().sequential, 0);
}
