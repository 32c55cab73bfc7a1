//! The table that the environment names, for programs that are no functions.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{self, BehaviorVersion, Credentials, Region};
use shared::config::{Config, Needs};
use shared::store::Table;

/// The table `TABLE_NAME`, on AWS or on the emulator at `AWS_ENDPOINT_URL`, by the usual variables. A program of the
/// library, not an example, is built with the functions and their dependencies as they are; it does without
/// aws-config, which the library has not: `cargo xtask` finds the credentials.
pub(crate) fn table() -> Result<Table, Box<dyn std::error::Error>> {
    #[expect(clippy::disallowed_methods, reason = "a developer's program, not a function")]
    let read = |name: &str| std::env::var(name).map_err(|error| format!("{name}: {error}"));
    let optional = |name: &str| match read(name) {
        Ok(text) if !text.is_empty() => Some(text),
        _ => None,
    };
    let (id, secret) = (read("AWS_ACCESS_KEY_ID")?, read("AWS_SECRET_ACCESS_KEY")?);
    let credentials = Credentials::new(id, secret, optional("AWS_SESSION_TOKEN"), None, "environment");
    let mut aws = config::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(read("AWS_REGION")?))
        .credentials_provider(credentials);
    aws.set_endpoint_url(optional("AWS_ENDPOINT_URL"));
    Ok(Table::new(Client::from_conf(aws.build()), Config::from_env(Needs::default())?.table_name))
}
