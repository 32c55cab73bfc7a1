//! The connection to AWS, or to the emulator that `AWS_ENDPOINT_URL` names: what Lambda tells a function and nothing more.
//!
//! Not the SDK's default chain, which would bring profiles, single sign-on and the roles of other machines into every
//! binary; see docs/decisions/0016-small-functions.md.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, SharedHttpClient};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_types::SdkConfig;
use lambda_http::Error;
use shared::config::AwsEnvironment;

/// The five roots that AWS's endpoints chain to. Reading the hundred and more of the system's at every start would be
/// most of the start.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// The connection. Attempts end well before the function's own time does, so that a caller gets an answer.
pub fn connection() -> Result<SdkConfig, Error> {
    connection_within(Duration::from_secs(3), Duration::from_secs(7))
}

/// The same with other times for an attempt and for all attempts of a call: large images take longer.
pub fn connection_within(attempt: Duration, operation: Duration) -> Result<SdkConfig, Error> {
    let environment = AwsEnvironment::from_env()?;
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(attempt)
        .operation_timeout(operation)
        .build();
    let AwsEnvironment { region, access_key_id, secret_access_key, session_token, .. } = environment.clone();
    let credentials = Credentials::new(access_key_id, secret_access_key, session_token, None, "environment");
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .timeout_config(timeouts)
        .http_client(http_client(trust(&environment))?);
    config.set_endpoint_url(environment.endpoint_url);
    Ok(config.build())
}

/// Whom to trust: Amazon's roots; the system's for an endpoint that is somebody else's, and where they are named.
fn trust(environment: &AwsEnvironment) -> TrustStore {
    let is_elsewhere = environment.endpoint_url.as_ref().is_some_and(|url| url.starts_with("https:"));
    if is_elsewhere || environment.custom_roots {
        TrustStore::default()
    } else {
        TrustStore::empty().with_pem_certificate(AMAZON_ROOTS)
    }
}

fn http_client(trust: TrustStore) -> Result<SharedHttpClient, Error> {
    let tls = TlsContext::builder().with_trust_store(trust).build()?;
    Ok(Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(tls).build_https())
}
