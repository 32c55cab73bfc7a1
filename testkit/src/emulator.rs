//! The AWS emulator that `TEST_AWS_ENDPOINT_URL` names, and new tables in it.

use std::sync::LazyLock;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};
use aws_types::SdkConfig;
use serde::Deserialize;
use uuid::Uuid;

/// How to connect to the emulator of the tests.
pub fn connection() -> SdkConfig {
    #[expect(clippy::disallowed_methods, reason = "the tests' own parameter")]
    let endpoint = std::env::var("TEST_AWS_ENDPOINT_URL");
    connection_to(&endpoint.expect("TEST_AWS_ENDPOINT_URL names an emulator: use `cargo xtask test table`"))
}

/// How to connect to an emulator.
pub fn connection_to(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "the emulator's root");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

/// A name that nothing else in the emulator has.
#[expect(clippy::disallowed_methods, reason = "each test has names of its own")]
pub fn new_name(prefix: &str) -> String {
    format!("{prefix}-{}", Uuid::now_v7())
}

/// Creates a table with a name of its own.
pub async fn new_table(client: &Client) -> String {
    let name = new_name("table");
    create_table(client, &name).await;
    name
}

/// Creates a table as the stack makes it.
pub async fn create_table(client: &Client, name: &str) {
    let definition = &*DEFINITION;
    let index = &definition.index;
    let keys = [&definition.partition_key, &definition.sort_key, &index.partition_key, &index.sort_key];
    let lists = GlobalSecondaryIndex::builder()
        .index_name(&index.name)
        .set_key_schema(Some(key_schema(&index.partition_key, &index.sort_key)))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()
        .expect("complete");
    let create = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(keys.map(|name| text(name)).to_vec()))
        .set_key_schema(Some(key_schema(&definition.partition_key, &definition.sort_key)))
        .global_secondary_indexes(lists);
    create.send().await.expect("the emulator makes a table");
}

fn key_schema(partition: &str, sort: &str) -> Vec<KeySchemaElement> {
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    vec![key(partition, KeyType::Hash).expect("complete"), key(sort, KeyType::Range).expect("complete")]
}

fn text(name: &str) -> AttributeDefinition {
    let definition = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
    definition.build().expect("complete")
}

/// The table in `infra/generated/functions.json`, which the stack is made from too.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    partition_key: String,
    sort_key: String,
    index: Index,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    name: String,
    partition_key: String,
    sort_key: String,
}

static DEFINITION: LazyLock<Table> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Generated {
        table: Table,
    }
    let generated = include_str!("../../infra/generated/functions.json");
    let Generated { table } = serde_json::from_str(generated).expect("functions.json describes the table");
    table
});
