//! A table of one's own in the emulator, and people and conversations to put into it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};
use shared::domain::Timestamp;
use shared::domain::conversation::{Changed, Conversation};
use shared::domain::encounter::Encounter;
use shared::domain::ids::{ConversationId, EncounterId, MessageId, PatientId, UserId};
use shared::domain::lock::LockHistory;
use shared::domain::person::{Person, Role};
use shared::domain::text::{MessageText, Title};
use shared::store::{Created, SendError, Sent, StoreError, Table};
use uuid::Uuid;

/// A new, empty table.
pub(crate) async fn table() -> Table {
    let client = client();
    let name = format!("table-{}", Uuid::new_v4());
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    let text = |name: &str| {
        let definition = AttributeDefinition::builder().attribute_name(name);
        definition.attribute_type(ScalarAttributeType::S).build().unwrap()
    };
    let lists = GlobalSecondaryIndex::builder()
        .index_name("lists")
        .key_schema(key("lpk", KeyType::Hash))
        .key_schema(key("lsk", KeyType::Range))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()
        .unwrap();
    client
        .create_table()
        .table_name(&name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(["pk", "sk", "lpk", "lsk"].map(text).to_vec()))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .global_secondary_indexes(lists)
        .send()
        .await
        .expect("the emulator must run at TEST_AWS_ENDPOINT_URL: use `cargo xtask test table`");
    Table::new(client, name)
}

fn client() -> Client {
    #[expect(clippy::disallowed_methods, reason = "the test's own parameter")]
    let endpoint = std::env::var("TEST_AWS_ENDPOINT_URL");
    let endpoint = endpoint.expect("TEST_AWS_ENDPOINT_URL names an emulator: use `cargo xtask test table`");
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .build();
    Client::from_conf(config)
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

pub(crate) fn person(user_id: &str, role: Role) -> Person {
    Person { user_id: UserId::new(user_id).unwrap(), role, name: user_id.to_owned() }
}

pub(crate) fn ana() -> Person {
    person("patient-a", Role::Patient)
}

pub(crate) fn clara() -> Person {
    person("clinician-a", Role::Clinician)
}

pub(crate) fn patient() -> PatientId {
    PatientId::new(Uuid::from_u128(0xa))
}

/// A conversation begun by the clinician, with its encounter, in the table.
pub(crate) async fn begun(table: &Table, title: &str, second: i64) -> Conversation {
    let (id, encounter_id) = (ConversationId::new(Uuid::new_v4()), EncounterId::new(Uuid::new_v4()));
    let head = Conversation::begin(id, encounter_id, patient(), Title::new(title).unwrap(), &clara(), at(second));
    let encounter = Encounter {
        id: encounter_id,
        patient_id: patient(),
        conversation_id: id,
        encounter_type: "Results".into(),
        lock: LockHistory::opened(clara(), at(second)),
        created_at: at(second),
    };
    let changed = Changed { head, entries: Vec::new() };
    assert_eq!(table.create_conversation(&changed, &encounter, None, at(second)).await.unwrap(), Created::Now);
    changed.head
}

/// Why a test's message is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("there is no such conversation")]
    Missing,
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
) -> Result<Sent, SendError<Refusal>> {
    send_as(table, id, MessageId::new(Uuid::new_v4()), by, text, second).await
}

/// Sends a message with a given id.
pub(crate) async fn send_as(
    table: &Table,
    id: ConversationId,
    message: MessageId,
    by: &Person,
    text: &str,
    second: i64,
) -> Result<Sent, SendError<Refusal>> {
    let text = MessageText::new(text).unwrap();
    let post =
        |head: &Conversation| head.post(message, text.clone(), None, by, at(second)).map_err(|_| Refusal::Closed);
    table.send_message(id, message, |head| head.ok_or(Refusal::Missing), post, at(second)).await
}

/// Closes or reopens.
pub(crate) async fn set_status(
    table: &Table,
    id: ConversationId,
    status: shared::domain::lock::Status,
    by: &Person,
    second: i64,
) -> Result<Conversation, SendError<StoreError>> {
    let changed = table.change_conversation(id, &by.user_id, |head| {
        let head = head.unwrap();
        let changed = head.set_status(status, by, at(second));
        Ok((head, changed))
    });
    Ok(changed.await?.0)
}
