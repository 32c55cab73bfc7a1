//! A table of one's own in the emulator, and people and conversations to put into it.

use aws_sdk_dynamodb::Client;
use domain::Timestamp;
use domain::audit::{Action, Agent, Entity, Source};
use domain::conversation::{Changed, Conversation, ConversationStart};
use domain::encounter::Encounter;
use domain::ids::{AuditEventId, ConversationId, EncounterId, MessageId, PatientId, UserId};
use domain::person::{Person, Role};
use domain::text::{MessageText, Title};
use shared::store::{
    ChangeError, ConversationPage, Created, Decision, Outgoing, Position, Posting, Sent, StoreError, Table,
};
use testkit::accounts::PATIENT_A;
pub(crate) use testkit::accounts::{ana, clara};
use testkit::emulator::{connection, new_table};
use uuid::Uuid;

/// A new, empty table.
pub(crate) async fn table() -> Table {
    let client = Client::new(&connection());
    let name = new_table(&client).await;
    Table::new(client, name)
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

pub(crate) fn person(user_id: &str, role: Role) -> Person {
    Person { user_id: UserId::new(user_id).unwrap(), role, name: user_id.to_owned() }
}

pub(crate) fn patient() -> PatientId {
    PATIENT_A.parse().unwrap()
}

/// The staff member to audit; none for patients.
pub(crate) fn agent(by: &Person, second: i64) -> Option<Agent> {
    let source = Source { address: Some("203.0.113.7".into()), request_id: "request".into() };
    Agent::staff(by, source, at(second), AuditEventId::new(id_of(second)))
}

/// A new id of version 7, made at a second.
pub(crate) fn id_of(second: i64) -> Uuid {
    let milliseconds = at(second).as_millisecond().unsigned_abs();
    let mut random = [0; 10];
    random.copy_from_slice(&Uuid::new_v4().as_bytes()[..10]);
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
}

/// A conversation begun by the clinician, with its encounter, in the table.
pub(crate) async fn begun(table: &Table, title: &str, second: i64) -> Conversation {
    let (id, encounter_id) = (ConversationId::new(Uuid::new_v4()), EncounterId::new(Uuid::new_v4()));
    let title = Title::new(title).unwrap();
    let start = ConversationStart { id, encounter_id, patient_id: patient(), title };
    let head = Conversation::begin(start, &clara(), at(second));
    let encounter = Encounter::begin(&head, "Results".into());
    let changed = Changed { head, entries: Vec::new() };
    assert_eq!(table.create_conversation(&changed, &encounter, None, None).await.unwrap(), Created::Now);
    changed.head
}

/// Why a test's message is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the conversation is closed")]
    Closed,
}

/// Sends a message with an id of its own.
pub(crate) async fn send(
    table: &Table,
    id: ConversationId,
    by: &Person,
    text: &str,
    second: i64,
) -> Result<Sent, ChangeError<Refusal>> {
    send_as(table, (id, MessageId::new(Uuid::new_v4())), by, text, second).await
}

/// Sends a message with a given id.
pub(crate) async fn send_as(
    table: &Table,
    (id, message): (ConversationId, MessageId),
    by: &Person,
    text: &str,
    second: i64,
) -> Result<Sent, ChangeError<Refusal>> {
    let text = MessageText::new(text).unwrap();
    let agent = agent(by, second);
    let decide = |head: &Conversation, _: &[_]| {
        let posted = head.post(message, text.clone(), by, at(second)).map_err(|_| Refusal::Closed);
        Ok(Posting { posted, event: agent.as_ref().map(|agent| agent.sent(head.patient_id, id, message)) })
    };
    table.send_message(Outgoing { conversation: id, id: message, attachments: &[] }, decide).await
}

/// A page of the patient's conversations, with empty ones.
pub(crate) fn page(limit: usize, start: Option<&Position>) -> ConversationPage<'_> {
    ConversationPage { patient: patient(), status: None, with_empty: true, limit, start }
}

/// Closes or reopens.
pub(crate) async fn set_status(
    table: &Table,
    id: ConversationId,
    status: domain::lock::Status,
    by: &Person,
    second: i64,
) -> Result<Conversation, ChangeError<StoreError>> {
    let agent = agent(by, second);
    let decide = |head: &Conversation| {
        let (patient, entity) = (head.patient_id, Entity::Conversation(head.id));
        let event = agent.as_ref().map(|agent| agent.changed(patient, Action::CloseConversation, entity));
        Ok(Decision { change: head.set_status(status, by, at(second)), event })
    };
    Ok(table.change_conversation(id, &by.user_id, decide).await?.0)
}
