//! A new table as the stack makes it, in the emulator that `TEST_AWS_ENDPOINT_URL` names. The functions' tests include
//! this file too.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};
use uuid::Uuid;

/// How to connect to the emulator.
pub(crate) fn emulator() -> Builder {
    #[expect(clippy::disallowed_methods, reason = "the test's own parameter")]
    let endpoint = std::env::var("TEST_AWS_ENDPOINT_URL");
    let endpoint = endpoint.expect("TEST_AWS_ENDPOINT_URL names an emulator: use `cargo xtask test table`");
    aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
}

/// Makes a table with a name of its own.
pub(crate) async fn new_table(client: &Client) -> String {
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
    name
}
