//! An issuer's public keys, by `OpenID` Connect Discovery 1.0: fetched once and again on an unknown key id.

use std::collections::HashMap;
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How soon after a fetch an unknown key id may cause the next one: invented ids must not become load.
const MIN_INTERVAL: Duration = Duration::from_secs(30);
/// How long a fetch may take.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The issuer's keys can't be had now; nobody can be verified.
#[derive(Debug, thiserror::Error)]
#[error("the issuer's keys can't be fetched: {0}")]
pub struct KeysError(String);

#[derive(Debug)]
pub(super) struct IssuerKeys {
    issuer: String,
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
    pub(super) fn new(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), held: Mutex::default() }
    }

    /// The key with an id, if the issuer has one that signs with `algorithm`.
    pub(super) async fn get(&self, id: &str, algorithm: Algorithm) -> Result<Option<DecodingKey>, KeysError> {
        let mut held = self.held.lock().await;
        let stale = held.fetched_at.is_none_or(|at| at.elapsed() >= MIN_INTERVAL);
        if !held.keys.contains_key(id) && stale {
            match fetch(&self.issuer).await {
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

async fn fetch(issuer: &str) -> Result<HashMap<String, Jwk>, KeysError> {
    let failed = |error: reqwest::Error| KeysError(error.without_url().to_string());
    let client = reqwest::Client::builder().timeout(TIMEOUT).build().map_err(failed)?;
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let discovery = client.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    let discovery: Discovery = discovery.json().await.map_err(failed)?;
    if discovery.issuer != issuer {
        return Err(KeysError("its discovery document names another issuer".into()));
    }
    let keys = client.get(discovery.jwks_uri).send().await.and_then(reqwest::Response::error_for_status);
    let keys: JwkSet = keys.map_err(failed)?.json().await.map_err(failed)?;
    let signing =
        keys.keys.into_iter().filter(|key| !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption)));
    Ok(signing.filter_map(|key| Some((key.common.key_id.clone()?, key))).collect())
}
