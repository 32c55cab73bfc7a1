//! The public keys of an issuer (`OpenID` Connect Discovery 1.0): fetched once, and again for an unknown key id.

use std::collections::HashMap;
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use lambda_http::http::{StatusCode, Uri};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// The minimum time between two fetches: tokens with forged key ids must not cause load on the issuer.
const MIN_INTERVAL: Duration = Duration::from_secs(30);
/// The timeout of a fetch.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The maximum size of a response, far more than any issuer needs.
const MAX_RESPONSE: usize = 1024 * 1024;

/// The error when the issuer's keys can't be fetched, so no token can be verified.
#[derive(Debug, thiserror::Error)]
#[error("the issuer's keys can't be fetched: {0}")]
pub struct KeysError(String);

#[derive(Debug)]
pub(super) struct IssuerKeys {
    issuer: String,
    custom_roots: bool,
    cache: Mutex<Cache>,
}

#[derive(Debug, Default)]
struct Cache {
    keys: HashMap<String, Jwk>,
    fetched_at: Option<Instant>,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl IssuerKeys {
    /// The keys of an issuer. TLS trusts the built-in public roots, or with `custom_roots` those of the system.
    pub(super) fn new(issuer: &str, custom_roots: bool) -> Self {
        Self { issuer: issuer.to_owned(), custom_roots, cache: Mutex::default() }
    }

    /// The key with this id and algorithm, if the issuer has one.
    pub(super) async fn get(&self, id: &str, algorithm: Algorithm) -> Result<Option<DecodingKey>, KeysError> {
        let mut cache = self.cache.lock().await;
        let may_fetch = cache.fetched_at.is_none_or(|at| at.elapsed() >= MIN_INTERVAL);
        if !cache.keys.contains_key(id) && may_fetch {
            // On failure the cached keys stay: tokens signed with them are still verified.
            let keys = fetch(&self.issuer, self.custom_roots).await?;
            *cache = Cache { keys, fetched_at: Some(Instant::now()) };
        }
        let Some(key) = cache.keys.get(id) else { return Ok(None) };
        let own = key.common.key_algorithm.and_then(|own| own.to_string().parse::<Algorithm>().ok());
        if own.is_some_and(|own| own != algorithm) {
            return Ok(None);
        }
        Ok(DecodingKey::from_jwk(key).ok())
    }
}

async fn fetch(issuer: &str, custom_roots: bool) -> Result<HashMap<String, Jwk>, KeysError> {
    let fetch = tokio::time::timeout(TIMEOUT, async {
        let client = client(custom_roots)?;
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let discovery: Discovery = get(&client, &url).await?;
        if discovery.issuer != issuer {
            return Err(KeysError("the discovery document is for another issuer".into()));
        }
        get::<JwkSet>(&client, &discovery.jwks_uri).await
    });
    let keys = fetch.await.map_err(|_| KeysError("timeout".into()))??;
    let signing =
        keys.keys.into_iter().filter(|key| !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption)));
    Ok(signing.filter_map(|key| Some((key.common.key_id.clone()?, key))).collect())
}

type HttpsClient = Client<HttpsConnector<HttpConnector>, String>;

/// An HTTP client of the library that the AWS SDK already uses.
fn client(custom_roots: bool) -> Result<HttpsClient, KeysError> {
    let connector = HttpsConnectorBuilder::new();
    let connector = if custom_roots {
        connector.with_native_roots().map_err(|error| KeysError(error.to_string()))?
    } else {
        connector.with_webpki_roots()
    };
    Ok(Client::builder(TokioExecutor::new()).build(connector.https_or_http().enable_http1().build()))
}

/// Gets a JSON document. Redirects are not followed.
async fn get<T: DeserializeOwned>(client: &HttpsClient, url: &str) -> Result<T, KeysError> {
    let failed = |reason: &str| KeysError(reason.to_owned());
    let url: Uri = url.parse().map_err(|_| failed("invalid URL"))?;
    let response = client.get(url).await.map_err(|_| failed("connection failed"))?;
    if response.status() != StatusCode::OK {
        return Err(KeysError(format!("HTTP status {}", response.status())));
    }
    let body = Limited::new(response.into_body(), MAX_RESPONSE).collect().await;
    let body = body.map_err(|_| failed("the response is incomplete or too large"))?.to_bytes();
    serde_json::from_slice(&body).map_err(|_| failed("the response is not the expected JSON"))
}
