//! Every sample event, handled: `events/<function>/<name>.json` in, the answer of the snapshot out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use domain::attachment::{Attachment, AttachmentState, DeclaredUpload, Image, MediaType};
use domain::audit::{Action, Agent, AuditEvent, Entity, Source};
use domain::ids::AuditEventId;
use functions::conversations::create_conversation;
use functions::inventory::{self, TRIGGERS};
use functions::runtime::serve::{Answer, AnyHandler};
use lambda_http::{Body, Request, Response};
use serde_json::{Value, json};
use shared::store::CachedSettings;
use testkit::accounts::{ana, clara};

use crate::bucket::nowhere;
use crate::support::{Bench, PATIENT, QUESTIONNAIRE, body, from_event, request};

const EVENTS: &str = "../events";
const CONVERSATION: &str = "01900000-0000-7000-8000-0000000000c1";
const ENCOUNTER: &str = "01900000-0000-7000-8000-0000000000e1";
const TASK: &str = "01900000-0000-7000-8000-0000000000f1";

/// Calls the handler of the route with this name.
async fn handle(bench: &Bench, function: &str, event: Request) -> Answer {
    let handler = inventory::handlers().find(|(name, _)| *name == function);
    match handler.unwrap_or_else(|| panic!("events/{function} belongs to no function")).1 {
        AnyHandler::Table(handle) => handle(&bench.deps, event).await,
        AnyHandler::Images(handle) => handle(&bench.deps, &nowhere(), event).await,
        AnyHandler::Public(handle) => handle(&event),
    }
}

/// A table in which the ids of the sample events exist: a conversation with one unanswered question.
async fn bench() -> Bench {
    let bench = Bench::new().await;
    let answers = json!([
        {"linkId": "result", "value": "Blood test"},
        {"linkId": "question", "value": "Is my potassium too high?"},
    ]);
    let asked = json!({"questionnaireId": QUESTIONNAIRE, "answers": answers});
    let path = format!("/patients/{PATIENT}/conversations");
    let asked = request("patient-a", &path, &json!({"patientId": PATIENT}), "", &asked);
    let created = body(&create_conversation::handle(&bench.deps, asked).await.unwrap());
    let id = |name: &str| created[name].as_str().unwrap().to_owned();
    let conversation = id("id").parse().unwrap();
    let now = bench.deps.clock.now();
    let settings = CachedSettings::default();
    bench.deps.table.sync_tasks(conversation, &settings, now, TASK.parse().unwrap()).await.unwrap();
    rename(&bench, &id("id"), CONVERSATION).await;
    rename(&bench, &id("encounterId"), ENCOUNTER).await;
    bench.deps.table.complete_digest(CONVERSATION.parse().unwrap()).await.unwrap();
    bench.deps.table.record_event(Some(&reading())).await.unwrap();
    for attachment in images(now) {
        bench.deps.table.announce_attachment(&attachment, None).await.unwrap();
    }
    bench
}

/// An inspected image of the first message, and one that no message has yet.
fn images(now: jiff::Timestamp) -> [Attachment; 2] {
    let image = Image { content_type: MediaType::Jpeg, size: 1_500_000, width: 3024, height: 4032 };
    let ready = Attachment {
        id: "01900000-0000-7000-8000-000000000a01".parse().unwrap(),
        conversation_id: CONVERSATION.parse().unwrap(),
        patient_id: PATIENT.parse().unwrap(),
        created_by: ana(),
        created_at: now,
        state: AttachmentState::Ready(image),
        message: Some(1),
    };
    let unclaimed = Attachment {
        id: "01900000-0000-7000-8000-000000000a03".parse().unwrap(),
        state: AttachmentState::Pending(DeclaredUpload { content_type: MediaType::Png, size: 40_000 }),
        message: None,
        ..ready.clone()
    };
    [ready, unclaimed]
}

/// clinician-a has read the conversation.
fn reading() -> AuditEvent {
    let source = Source { address: Some("203.0.113.7".into()), request_id: "example-request".into() };
    let at = "2026-11-22T09:00:00Z".parse().unwrap();
    let id = AuditEventId::new(uuid::Uuid::nil());
    let chat = Entity::Conversation(CONVERSATION.parse().unwrap());
    Agent::staff(&clara(), source, at, id).unwrap().read(PATIENT.parse().unwrap(), Action::ReadConversation, chat)
}

/// Gives what was created the id that the sample events name.
async fn rename(bench: &Bench, from: &str, to: &str) {
    for item in bench.items().await {
        bench.deps.table.put_raw(item.replacing(from, to)).await.unwrap();
    }
}

fn shown(response: &Response<Body>) -> Value {
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let mut shown = json!({"status": response.status().as_u16(), "contentType": header("content-type")});
    for name in ["location", "allow", "retry-after", "www-authenticate"] {
        if let Some(value) = header(name) {
            shown[name] = value.into();
        }
    }
    shown["body"] = body(response);
    for url in ["/upload/url", "/url", "/thumbnailUrl"] {
        if let Some(Value::String(url)) = shown["body"].pointer_mut(url) {
            // The clock counts, so all but the signature is the same every time, and that is the SDK's.
            let Some((before, rest)) = url.split_once("X-Amz-Signature=") else { continue };
            let after = rest.split_once('&').map_or("", |(_, after)| after);
            *url = format!("{before}X-Amz-Signature=...&{after}");
        }
    }
    shown
}

#[tokio::test]
async fn every_sample_event_gets_the_answer_of_its_snapshot() {
    let mut functions = BTreeSet::new();
    for function in sorted(Path::new(EVENTS)) {
        if TRIGGERS.iter().any(|trigger| trigger.name == function) {
            continue; // their events have tests in stream.rs, attachments.rs, notifications.rs and add_claims.rs
        }
        for event in sorted(&Path::new(EVENTS).join(&function)) {
            let text = fs::read_to_string(Path::new(EVENTS).join(&function).join(&event)).unwrap();
            let bench = bench().await;
            let answer = handle(&bench, &function, from_event(&text)).await;
            let response = answer.unwrap_or_else(|error| error.response());
            let mut shown = shown(&response);
            if function == "get-openapi" {
                shown["body"] = "the OpenAPI document, which has a test of its own".into();
            }
            let name = format!("{function}-{}", event.trim_end_matches(".json"));
            insta::assert_json_snapshot!(name, shown);
        }
        functions.insert(function);
    }
    assert_eq!(functions.len(), inventory::routes().count());
}

fn sorted(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}
