//! What the bare baselines share: a client, and the environment with the table's name and ids.

use std::collections::HashMap;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::Error;

/// A variable of the environment.
pub(crate) fn variable(name: &str) -> Result<String, Error> {
    #[expect(clippy::disallowed_methods, reason = "a baseline has no other configuration")]
    std::env::var(name).map_err(|error| format!("{name}: {error}").into())
}

/// The SDK's client, with credentials and endpoint from the environment.
pub(crate) fn client() -> Result<Client, Error> {
    let credentials =
        Credentials::new(variable("AWS_ACCESS_KEY_ID")?, variable("AWS_SECRET_ACCESS_KEY")?, None, None, "environment");
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(variable("AWS_ENDPOINT_URL")?)
        .region(Region::new(variable("AWS_REGION")?))
        .credentials_provider(credentials);
    Ok(Client::from_conf(config.build()))
}

/// A text as an attribute.
pub(crate) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// An item.
#[allow(dead_code, reason = "each baseline uses a part of this file")]
pub(crate) type Item = HashMap<String, AttributeValue>;
