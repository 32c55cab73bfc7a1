//! An issuer's public keys, by `OpenID` Connect Discovery 1.0: fetched once and again on an unknown key id.

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

/// How soon after a fetch an unknown key id may cause the next one: invented ids must not become load.
const MIN_INTERVAL: Duration = Duration::from_secs(30);
/// How long a fetch may take.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Far more than any issuer's keys; what goes beyond is no answer.
const MAX_ANSWER: usize = 1024 * 1024;

/// The issuer's keys can't be had now; nobody can be verified.
#[derive(Debug, thiserror::Error)]
#[error("the issuer's keys can't be fetched: {0}")]
pub struct KeysError(String);

#[derive(Debug)]
pub(super) struct IssuerKeys {
    issuer: String,
    own_roots: bool,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    keys: HashMap<String, Jwk>,
    fetched_at: Option<Instant>,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl IssuerKeys {
    /// An issuer's keys. Whom to trust on the way are the public roots, or with `own_roots` the system's.
    pub(super) fn new(issuer: &str, own_roots: bool) -> Self {
        Self { issuer: issuer.to_owned(), own_roots, held: Mutex::default() }
    }

    /// The key with an id, if the issuer has one that signs with `algorithm`.
    pub(super) async fn get(&self, id: &str, algorithm: Algorithm) -> Result<Option<DecodingKey>, KeysError> {
        let mut held = self.held.lock().await;
        let stale = held.fetched_at.is_none_or(|at| at.elapsed() >= MIN_INTERVAL);
        if !held.keys.contains_key(id) && stale {
            match fetch(&self.issuer, self.own_roots).await {
                Ok(keys) => *held = Held { keys, fetched_at: Some(Instant::now()) },
                // Whoever holds a known key is still verified while the issuer is away.
                Err(error) => return Err(error),
            }
        }
        let Some(key) = held.keys.get(id) else { return Ok(None) };
        let own = key.common.key_algorithm.and_then(|own| own.to_string().parse::<Algorithm>().ok());
        if own.is_some_and(|own| own != algorithm) {
            return Ok(None);
        }
        Ok(DecodingKey::from_jwk(key).ok())
    }
}

async fn fetch(issuer: &str, own_roots: bool) -> Result<HashMap<String, Jwk>, KeysError> {
    let fetched = tokio::time::timeout(TIMEOUT, async {
        let client = client(own_roots)?;
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let discovery: Discovery = get(&client, &url).await?;
        if discovery.issuer != issuer {
            return Err(KeysError("its discovery document names another issuer".into()));
        }
        get::<JwkSet>(&client, &discovery.jwks_uri).await
    });
    let keys = fetched.await.map_err(|_| KeysError("it does not answer in time".into()))??;
    let signing =
        keys.keys.into_iter().filter(|key| !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption)));
    Ok(signing.filter_map(|key| Some((key.common.key_id.clone()?, key))).collect())
}

type HttpsClient = Client<HttpsConnector<HttpConnector>, String>;

/// A client of the one HTTP library that the SDK brings along.
fn client(own_roots: bool) -> Result<HttpsClient, KeysError> {
    let connector = HttpsConnectorBuilder::new();
    let connector = if own_roots {
        connector.with_native_roots().map_err(|error| KeysError(error.to_string()))?
    } else {
        connector.with_webpki_roots()
    };
    Ok(Client::builder(TokioExecutor::new()).build(connector.https_or_http().enable_http1().build()))
}

/// The JSON of a good answer. A redirection is none: an issuer's documents are where it says that they are.
async fn get<T: DeserializeOwned>(client: &HttpsClient, url: &str) -> Result<T, KeysError> {
    let failed = |what: &str| KeysError(what.to_owned());
    let url: Uri = url.parse().map_err(|_| failed("it names no URL"))?;
    let answer = client.get(url).await.map_err(|_| failed("it can't be reached"))?;
    if answer.status() != StatusCode::OK {
        return Err(KeysError(format!("it answers {}", answer.status())));
    }
    let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
    let body = body.map_err(|_| failed("its answer broke off or is too large"))?.to_bytes();
    serde_json::from_slice(&body).map_err(|_| failed("its answer is not what it should be"))
}
