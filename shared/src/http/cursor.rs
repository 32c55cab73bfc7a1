//! Page cursors: opaque, tamper-proof, and valid for one caller and one query.
//!
//! A cursor contains the position of the next page and an HMAC (RFC 2104, SHA-256) of the position, the caller, the
//! path and the query. The key is a Secrets Manager secret, read the first time that a function signs or verifies one.

use aws_sdk_secretsmanager::Client;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use tokio::sync::OnceCell;

use super::problem::ApiError;
use crate::lazy::{Lazy, lazy};
use domain::ids::UserId;

/// Signs and verifies cursors.
#[derive(Debug)]
pub struct Cursors {
    client: Lazy<Client>,
    secret: String,
    key: OnceCell<Vec<u8>>,
}

/// The caller and query that a cursor is valid for.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// The caller.
    pub caller: &'a UserId,
    /// The request's path, including ids.
    pub path: &'a str,
    /// The query parameters that select the list, in a fixed order.
    pub query: &'a str,
}

impl Cursors {
    /// Cursors signed with the Secrets Manager secret that has this ARN.
    pub fn new(client: Lazy<Client>, secret: impl Into<String>) -> Self {
        Self { client, secret: secret.into(), key: OnceCell::new() }
    }

    /// Cursors signed with the given key; for tests.
    pub fn with_key(client: Client, key: &[u8]) -> Self {
        Self { client: lazy(|| client), secret: String::new(), key: OnceCell::new_with(Some(key.to_vec())) }
    }

    async fn key(&self) -> Result<&[u8], ApiError> {
        let key = self.key.get_or_try_init(|| async {
            let secret = self.client.get_secret_value().secret_id(&self.secret).send().await;
            let secret = secret.map_err(|_| ApiError::Busy("the cursor secret can't be read".into()))?;
            let text = secret.secret_string().filter(|text| text.len() >= 32);
            text.map(|text| text.as_bytes().to_vec())
                .ok_or_else(|| ApiError::Internal("the cursor secret is too short".into()))
        });
        Ok(key.await?)
    }

    /// Signs the position of the next page, if there is one.
    pub async fn sign<T: Serialize>(&self, next: Option<&T>, bound: Binding<'_>) -> Result<Option<String>, ApiError> {
        let Some(position) = next else { return Ok(None) };
        let position = serde_json::to_vec(position).map_err(|error| ApiError::Internal(error.to_string()))?;
        let tag = mac(self.key().await?, bound, &position)?.finalize().into_bytes();
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Ok(Some(format!("{}.{}", encode(&position), encode(&tag))))
    }

    /// Verifies a cursor, if the request has one, and returns its position.
    pub async fn verify<T: DeserializeOwned>(
        &self,
        cursor: Option<&str>,
        bound: Binding<'_>,
    ) -> Result<Option<T>, ApiError> {
        let Some(cursor) = cursor else { return Ok(None) };
        let (position, tag) = cursor.split_once('.').ok_or(ApiError::InvalidCursor)?;
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| ApiError::InvalidCursor);
        let (position, tag) = (decode(position)?, decode(tag)?);
        mac(self.key().await?, bound, &position)?.verify_slice(&tag).map_err(|_| ApiError::InvalidCursor)?;
        serde_json::from_slice(&position).map(Some).map_err(|_| ApiError::InvalidCursor)
    }
}

fn mac(key: &[u8], bound: Binding<'_>, position: &[u8]) -> Result<Hmac<Sha256>, ApiError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|error| ApiError::Internal(error.to_string()))?;
    // The length before each part prevents two different bindings from having the same bytes.
    for part in [bound.caller.as_str().as_bytes(), bound.path.as_bytes(), bound.query.as_bytes(), position] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    Ok(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursors() -> Cursors {
        let config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(aws_sdk_secretsmanager::config::BehaviorVersion::latest())
            .build();
        Cursors::with_key(Client::from_conf(config), b"a key of the test, not of a deployment")
    }

    #[tokio::test]
    async fn a_cursor_is_bound_to_its_caller_and_query() {
        let (cursors, ana, ben) = (cursors(), UserId::new("ana").unwrap(), UserId::new("ben").unwrap());
        let bound = Binding { caller: &ana, path: "/tasks", query: "pool=a" };
        let cursor = cursors.sign(Some(&7), bound).await.unwrap().unwrap();
        assert_eq!(cursors.verify::<u32>(Some(&cursor), bound).await.unwrap(), Some(7));
        let edited = format!("{}{}", if cursor.starts_with('N') { 'M' } else { 'N' }, &cursor[1..]);
        let cut = &cursor[..cursor.len() - 1];
        for (invalid, bound) in [
            (cursor.as_str(), Binding { caller: &ben, ..bound }),
            (cursor.as_str(), Binding { path: "/task", query: "spool=a", ..bound }),
            (cursor.as_str(), Binding { query: "pool=b", ..bound }),
            (edited.as_str(), bound),
            (cut, bound),
            ("", bound),
            ("x.y", bound),
        ] {
            let rejected = cursors.verify::<u32>(Some(invalid), bound).await;
            assert!(matches!(rejected, Err(ApiError::InvalidCursor)), "{invalid}");
        }
        assert_eq!(cursors.verify::<u32>(None, bound).await.unwrap(), None);
    }
}
