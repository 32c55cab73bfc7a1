//! What routes cost at most, in request units and sequential calls: the design's table, asserted, with
//! 1 KB of a patient's letter as text, and with conversations 100 times as long.

use domain::attachment::{AttachmentRef, AttachmentState, Image, MediaType};
use domain::conversation::{Changed, Conversation, ConversationStart};
use domain::encounter::Encounter;
use domain::ids::{AttachmentId, ConversationId, EncounterId, MessageId, PatientId, TaskId, UserId};
use domain::patient::Patient;
use domain::text::{MessageText, Title};
use functions::attachments::{create_attachment, get_attachment};
use functions::conversations::{list_conversations, mark_read, mark_unread, set_conversation_status};
use functions::encounters::{create_order, get_encounter};
use functions::messages::{list_messages, send_message};
use functions::patients::search_patients;
use functions::runtime::deps::Deps;
use functions::tasks::{list_tasks, update_task};
use lambda_http::{Body, Request, Response};
use serde_json::{Value, json};
use shared::store::CachedSettings;
use testkit::accounts::{ana, clara};
use testkit::texts::LETTER;
use uuid::Uuid;

use crate::bucket::nowhere;
use crate::meter::Cost;
use crate::support::{Bench, PATIENT, body, request};

/// A conversation with so many letters, from both sides in turn.
pub(crate) async fn conversation(bench: &Bench, letters: u32) -> Conversation {
    conversation_with_images(bench, letters, 0).await
}

/// The same with so many images in every fifth letter.
async fn conversation_with_images(bench: &Bench, letters: u32, images: usize) -> Conversation {
    let now = bench.deps.clock.now();
    let (id, encounter_id) = (ConversationId::new(bench.deps.clock.id()), EncounterId::new(bench.deps.clock.id()));
    let patient_id: PatientId = PATIENT.parse().unwrap();
    let title = Title::new("Ask about a result").unwrap();
    let head = Conversation::begin(ConversationStart { id, encounter_id, patient_id, title }, &ana(), now);
    let encounter = Encounter::begin(&head, "Results".into());
    let changed = Changed { head, entries: Vec::new() };
    bench.deps.table.create_conversation(&changed, &encounter, None, None).await.unwrap();
    let mut head = changed.head;
    for letter in 0..letters {
        let by = if letter % 2 == 0 { ana() } else { clara() };
        let text = MessageText::new(LETTER).unwrap();
        let changed = head.post(MessageId::new(bench.deps.clock.id()), text, &by, bench.deps.clock.now());
        let images = if letter % 5 == 0 { images } else { 0 };
        let attached = std::iter::repeat_with(|| ready_image(bench)).take(images).collect();
        let changed = changed.unwrap().with_attachments(attached);
        bench.deps.table.save_conversation(&head, &changed).await.unwrap();
        head = changed.head;
    }
    bench.meter.take();
    head
}

/// Opens the task of a conversation that waits for an answer.
pub(crate) async fn open_task(bench: &Bench, head: &Conversation, id: TaskId) {
    let Deps { table, clock, .. } = &bench.deps;
    // Settings of its own: those of the handlers stay as cold or warm as they are.
    let changed = table.sync_tasks(head.id, &CachedSettings::default(), clock.now(), id).await.unwrap();
    assert!(changed.opened);
    bench.meter.take();
}

fn ready_image(bench: &Bench) -> AttachmentRef {
    let image = Image { content_type: MediaType::Jpeg, size: 1_500_000, width: 3024, height: 4032 };
    AttachmentRef { id: AttachmentId::new(bench.deps.clock.id()), state: AttachmentState::Ready(image) }
}

fn ask(account: &str, head: &Conversation, rest: &str, query: &str, body: &Value) -> Request {
    let path = format!("/conversations/{}{rest}", head.id);
    request(account, &path, &json!({"conversationId": head.id.to_string()}), query, body)
}

/// What one request costs, which must succeed.
pub(crate) async fn cost(
    bench: &Bench,
    answer: impl Future<Output = functions::runtime::serve::Answer>,
) -> (Cost, Response<Body>) {
    bench.meter.take();
    let response = answer.await.unwrap();
    (bench.meter.take(), response)
}

pub(crate) fn assert_at_most(what: &str, cost: Cost, most: Cost) {
    println!("{what}: {cost:?}, at most {most:?}");
    let within = cost.sequential <= most.sequential && cost.read <= most.read && cost.written <= most.written;
    assert!(within && cost.sequential > 0, "{what} costs {cost:?}, more than {most:?}");
}

/// A message's id as a client makes it: of the present time, so that it is its audit event's too.
fn id_of_now(bench: &Bench, account: &str) -> Uuid {
    let mut random = [0; 10];
    random[0] = u8::try_from(account.len()).unwrap();
    let now = bench.deps.clock.now().as_millisecond().unsigned_abs();
    uuid::Builder::from_unix_timestamp_millis(now, &random).into_uuid()
}

/// The routes that work on one conversation, with `letters` in it.
async fn costs_of_one_conversation(letters: u32) -> Vec<(&'static str, Cost)> {
    let bench = Bench::new().await;
    let (deps, head) = (&bench.deps, conversation(&bench, letters).await);
    let mut costs = Vec::new();
    for account in ["patient-a", "clinician-a"] {
        let message = json!({"id": id_of_now(&bench, account), "text": LETTER});
        let (cost, response) =
            cost(&bench, send_message::handle(deps, ask(account, &head, "/messages", "", &message))).await;
        assert_eq!(response.status(), 201);
        assert_at_most("send", cost, Cost { sequential: 2, read: 2.0, written: 8.0 });
        costs.push(("send", cost));
    }
    for query in ["", "after=0", &format!("before={}", letters + 1)] {
        let (cost, response) =
            cost(&bench, list_messages::handle(deps, ask("patient-a", &head, "/messages", query, &Value::Null))).await;
        assert_eq!(body(&response)["items"].as_array().unwrap().len(), 50);
        assert_at_most("open a chat, list messages", cost, Cost { sequential: 1, read: 4.0, written: 0.0 });
        costs.push(("open", cost));
    }
    // Staff's first look in a quarter of an hour leaves an audit event, once it is known whose chat it is.
    for (sequential, written) in [(2, 1.0), (1, 0.0)] {
        let opened = list_messages::handle(deps, ask("clinician-a", &head, "/messages", "", &Value::Null));
        let (cost, _) = self::cost(&bench, opened).await;
        assert_at_most("open a chat as staff", cost, Cost { sequential, read: 4.0, written });
        costs.push(("open as staff", cost));
    }
    let read = json!({"upTo": letters + 2});
    let (read, _) = cost(&bench, mark_read::handle(deps, ask("clinician-b", &head, "/read", "", &read))).await;
    assert_at_most("mark read", read, Cost { sequential: 2, read: 1.0, written: 2.0 });
    let (unread, _) =
        cost(&bench, mark_unread::handle(deps, ask("clinician-b", &head, "/read", "", &Value::Null))).await;
    assert_at_most("mark unread", unread, Cost { sequential: 2, read: 1.0, written: 2.0 });
    for status in ["closed", "open"] {
        let change = json!({ "status": status });
        let (cost, _) =
            cost(&bench, set_conversation_status::handle(deps, ask("clinician-a", &head, "/status", "", &change)))
                .await;
        assert_at_most("close, reopen", cost, Cost { sequential: 2, read: 1.5, written: 10.0 });
        costs.push(("status", cost));
    }
    costs.extend([("read", read), ("unread", unread)]);
    costs
}

#[tokio::test]
async fn a_conversation_100_times_as_long_costs_the_same() {
    let short = costs_of_one_conversation(50).await;
    let long = costs_of_one_conversation(5_000).await;
    assert_eq!(short.len(), long.len());
    for ((what, short), (_, long)) in short.iter().zip(&long) {
        assert!(
            (short.read - long.read).abs() <= 0.5
                && (short.written - long.written).abs() < 0.1
                && short.sequential == long.sequential,
            "{what} costs {short:?} when short and {long:?} when long"
        );
    }
}

#[tokio::test]
async fn images_cost_their_own_items_to_send_and_no_query_to_open() {
    let bench = Bench::new().await;
    let head = conversation_with_images(&bench, 50, 1).await;
    let deps = &bench.deps;
    let opened = list_messages::handle(deps, ask("patient-a", &head, "/messages", "", &Value::Null));
    let (opened, response) = cost(&bench, opened).await;
    assert_eq!(body(&response)["items"].as_array().unwrap().len(), 50);
    assert_at_most("open a chat with 10 images", opened, Cost { sequential: 1, read: 4.0, written: 0.0 });

    let (bucket, mut images) = (nowhere(), Vec::new());
    for _ in 0..2 {
        let new = ask("patient-a", &head, "/attachments", "", &json!({"contentType": "image/png", "size": 4}));
        let announced = create_attachment::handle(deps, &bucket, new);
        let (cost, response) = cost(&bench, announced).await;
        assert_at_most("announce an image", cost, Cost { sequential: 2, read: 2.0, written: 2.0 });
        images.push(body(&response)["id"].clone());
    }
    let message = json!({"id": id_of_now(&bench, "patient-a"), "text": LETTER, "attachmentIds": images});
    let (sent, _) = cost(&bench, send_message::handle(deps, ask("patient-a", &head, "/messages", "", &message))).await;
    assert_at_most("send with 2 images", sent, Cost { sequential: 2, read: 3.0, written: 12.0 });

    let parameters = json!({"conversationId": head.id.to_string(), "attachmentId": images[0]});
    let path = format!("/conversations/{}/attachments/{}", head.id, images[0].as_str().unwrap());
    let shown = get_attachment::handle(deps, &bucket, request("patient-a", &path, &parameters, "", &Value::Null)).await;
    assert_eq!(body(&shown.unwrap())["status"], "pending");
    let shown = bench.meter.take();
    assert_at_most("show an image", shown, Cost { sequential: 1, read: 1.0, written: 0.0 });
}

#[tokio::test]
async fn a_list_of_conversations_costs_one_query_beside_that_of_the_cursors() {
    let bench = Bench::new().await;
    let reader = UserId::new("clinician-a").unwrap();
    for conversations in [30, 300] {
        for _ in 0..conversations {
            let head = conversation(&bench, 1).await;
            bench.deps.table.mark_read(&head, &reader, 1).await.unwrap();
        }
        let parameters = json!({ "patientId": PATIENT });
        let path = format!("/patients/{PATIENT}/conversations");
        let hundreds = f64::from(conversations) / 100.0;
        for written in [1.0, 0.0] {
            let listed = request("clinician-a", &path, &parameters, "", &Value::Null);
            let (cost, response) = cost(&bench, list_conversations::handle(&bench.deps, listed)).await;
            assert_eq!(body(&response)["items"].as_array().unwrap().len(), 25);
            assert_at_most("list conversations", cost, Cost { sequential: 1, read: 4.0 + hundreds, written });
        }
    }
}

#[tokio::test]
async fn a_tasklist_costs_one_query() {
    let bench = Bench::new().await;
    for _ in 0..30 {
        let head = conversation(&bench, 1).await;
        open_task(&bench, &head, TaskId::new(bench.deps.clock.id())).await;
    }
    bench.deps.settings().await.unwrap(); // As a warm function has them, for the pool that is not named.
    for query in ["pool=clinic&status=requested", "pool=clinic", "status=requested", ""] {
        let listed = request("clinician-a", "/tasks", &Value::Null, query, &Value::Null);
        let (cost, response) = cost(&bench, list_tasks::handle(&bench.deps, listed)).await;
        assert_eq!(body(&response)["items"].as_array().unwrap().len(), 25);
        assert_at_most("list tasks", cost, Cost { sequential: 1, read: 4.0, written: 0.0 });
    }
}

#[tokio::test]
async fn a_search_for_patients_reads_only_those_whose_terms_begin_like_its_longest_word() {
    let bench = Bench::new().await;
    for number in 0..200_u32 {
        let patient = Patient {
            id: PatientId::new(bench.deps.clock.id()),
            name: format!("Maria Familia{}", char::from_u32(u32::from('a') + number % 20).unwrap()),
            birth_date: jiff::civil::date(1950, 1, 1) + jiff::ToSpan::days(i64::from(number)),
            record_number: format!("MRN-7{number:04}"),
        };
        bench.deps.table.put_patient(&patient).await.unwrap();
    }
    for (query, found, read) in [
        ("familiac", 10, 0.5),
        ("1950-02-10", 1, 0.5),
        ("mrn-70123", 1, 0.5),
        ("maria%20fam", 25, 5.0),
        ("nobody", 0, 0.5),
    ] {
        let searched = request("clinician-a", "/patients", &Value::Null, &format!("q={query}"), &Value::Null);
        let (cost, response) = cost(&bench, search_patients::handle(&bench.deps, searched)).await;
        assert_eq!(body(&response)["items"].as_array().unwrap().len(), found, "{query}");
        assert_at_most("search for patients", cost, Cost { sequential: 1, read, written: 0.0 });
    }
}

#[tokio::test]
async fn an_order_costs_the_same_however_many_there_are() {
    let bench = Bench::new().await;
    let head = conversation(&bench, 1).await;
    let encounter = format!("/encounters/{}", head.encounter_id);
    let parameters = json!({"encounterId": head.encounter_id.to_string()});
    let mut costs = Vec::new();
    for _ in 0..60 {
        let order = request("clinician-a", &format!("{encounter}/orders"), &parameters, "", &json!({"text": LETTER}));
        let (cost, response) = cost(&bench, create_order::handle(&bench.deps, order)).await;
        assert_eq!(response.status(), 201);
        assert_at_most("add an order", cost, Cost { sequential: 2, read: 2.0, written: 10.0 });
        costs.push(cost);
    }
    assert!((costs[0].written - costs[59].written).abs() < 0.1, "{costs:?}");
    let shown = request("clinician-a", &encounter, &parameters, "", &Value::Null);
    let (cost, response) = cost(&bench, get_encounter::handle(&bench.deps, shown)).await;
    assert_eq!(body(&response)["orders"].as_array().unwrap().len(), 60);
    assert_at_most("open an encounter with 60 orders of 1 KB", cost, Cost { sequential: 2, read: 22.0, written: 2.0 });
}

#[tokio::test]
async fn completing_a_task_costs_one_read_more_than_taking_it() {
    let bench = Bench::new().await;
    let head = conversation(&bench, 1).await;
    let id = TaskId::new(bench.deps.clock.id());
    open_task(&bench, &head, id).await;
    for (status, sequential) in [("in-progress", 2), ("completed", 3)] {
        let path = format!("/tasks/{id}");
        let update = request("clinician-a", &path, &json!({"taskId": id.to_string()}), "", &json!({"status": status}));
        let (cost, _) = cost(&bench, update_task::handle(&bench.deps, update)).await;
        assert_at_most("update a task", cost, Cost { sequential, read: 2.0, written: 8.0 });
    }
}
