//! Tests with an issuer on loopback: which tokens are accepted, and how often the issuer's keys are fetched.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Identity, IdentityError};
use crate::config::IssuerConfig;
use domain::person::{Caller, Role};

const PATIENT: &str = "01900000-0000-7000-8000-00000000000a";

struct Issuer {
    url: String,
    key: EncodingKey,
    fetches: Arc<AtomicUsize>,
}

/// Starts an issuer on a free port that counts requests for its discovery document and keys.
async fn issuer() -> Issuer {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = pair.public_key().as_ref();
    let coordinate = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
    let keys = json!({"keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "one",
        "x": coordinate(1..33), "y": coordinate(33..65),
    }]});
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let discovery = json!({"issuer": url, "jwks_uri": format!("{url}/jwks")});
    let fetches = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&fetches);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let read = stream.read(&mut request).await.unwrap();
            let is_jwks = request[..read].starts_with(b"GET /jwks ");
            counter.fetch_add(1, Ordering::SeqCst);
            let body = if is_jwks { &keys } else { &discovery }.to_string();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        }
    });
    Issuer { url, key: EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref()), fetches }
}

impl Issuer {
    fn identity(&self) -> Identity {
        Identity::new(IssuerConfig {
            issuer: self.url.clone(),
            audience: "api".into(),
            client_ids: vec!["portal".into()],
            role_claim: "role".into(),
            patient_id_claim: "patientId".into(),
            name_claim: "name".into(),
            own_roots: false,
        })
    }

    fn claims(&self) -> Value {
        let now = get_current_timestamp();
        json!({
            "iss": self.url, "aud": "api", "client_id": "portal", "sub": "ana", "iat": now, "exp": now + 60,
            "role": "patient", "patientId": PATIENT, "name": "Ana",
        })
    }

    fn sign(&self, header: &Header, claims: &Value) -> String {
        format!("Bearer {}", encode(header, claims, &self.key).unwrap())
    }

    /// A valid token with some claims changed, or removed with `null`.
    fn token(&self, changes: &Value) -> String {
        self.sign(&header(), &merged(self.claims(), changes))
    }
}

fn header() -> Header {
    Header { kid: Some("one".into()), typ: Some("at+jwt".into()), ..Header::new(Algorithm::ES256) }
}

fn merged(mut claims: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

#[tokio::test]
async fn a_valid_token_identifies_its_caller() {
    let issuer = issuer().await;
    let identity = issuer.identity();
    let ana = identity.caller(Some(&issuer.token(&json!({})))).await.unwrap();
    assert!(matches!(&ana, Caller::Patient { patient_id, .. } if patient_id.to_string() == PATIENT));
    assert_eq!((ana.person().name.as_str(), ana.person().user_id.as_str()), ("Ana", "ana"));
    let clinician = json!({"role": ["staff", "clinician"], "patientId": null, "name": null, "aud": ["x", "api"]});
    let clinician = identity.caller(Some(&issuer.token(&clinician))).await.unwrap();
    assert_eq!((clinician.role(), clinician.person().name.as_str()), (Role::Clinician, "Clinician"));
    let cognito = json!({"aud": null, "token_use": "access"});
    assert!(identity.caller(Some(&issuer.token(&cognito))).await.is_ok());
}

#[tokio::test]
async fn all_other_tokens_are_rejected() {
    let issuer = issuer().await;
    let identity = issuer.identity();
    let now = get_current_timestamp();
    let bad = [
        ("expired", json!({"exp": now - 60})),
        ("not yet valid", json!({"nbf": now + 60})),
        ("without expiry", json!({"exp": null})),
        ("wrong audience", json!({"aud": "another"})),
        ("no audience", json!({"aud": null})),
        ("wrong issuer", json!({"iss": "http://127.0.0.1:1"})),
        ("another client's", json!({"client_id": "another"})),
        ("no client", json!({"client_id": null})),
        ("an ID token", json!({"token_use": "id"})),
        ("no subject", json!({"sub": null})),
        ("a control character in the subject", json!({"sub": "a\u{0}"})),
    ];
    for (what, changes) in bad {
        let refused = identity.caller(Some(&issuer.token(&changes))).await;
        assert!(matches!(refused, Err(IdentityError::Invalid(_))), "{what}: {refused:?}");
    }
    let good = issuer.token(&json!({}));
    let unsigned = format!(
        "Bearer {}.{}.",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt","kid":"one"}"#),
        URL_SAFE_NO_PAD.encode(issuer.claims().to_string())
    );
    let shared_secret = encode(
        &Header { kid: Some("one".into()), ..Header::new(Algorithm::HS256) },
        &issuer.claims(),
        &EncodingKey::from_secret(b"one"),
    );
    let other_key = self::issuer().await;
    let forged = other_key.sign(&header(), &issuer.claims());
    let id_token = issuer.sign(&Header { typ: Some("id+jwt".into()), ..header() }, &issuer.claims());
    let cut = good[..good.len() - 3].to_owned();
    for token in [unsigned, format!("Bearer {}", shared_secret.unwrap()), forged, id_token, cut, "Bearer x".into()] {
        let refused = identity.caller(Some(&token)).await;
        assert!(matches!(refused, Err(IdentityError::Invalid(_))), "{token}: {refused:?}");
    }
    for none in [None, Some("Basic YTpi"), Some("")] {
        assert!(matches!(identity.caller(none).await, Err(IdentityError::NoToken)));
    }
}

#[tokio::test]
async fn a_valid_token_without_a_role_is_forbidden() {
    let issuer = issuer().await;
    let identity = issuer.identity();
    for changes in [
        json!({"role": null}),
        json!({"role": "nurse"}),
        json!({"role": ["patient", "admin"]}),
        json!({"patientId": null}),
        json!({"patientId": "CONV#1"}),
    ] {
        let refused = identity.caller(Some(&issuer.token(&changes))).await;
        assert!(matches!(refused, Err(IdentityError::NoRole(_))), "{changes}: {refused:?}");
    }
}

#[tokio::test]
async fn keys_are_fetched_once_and_forged_key_ids_cause_no_load() {
    let issuer = issuer().await;
    let identity = issuer.identity();
    for _ in 0..3 {
        identity.caller(Some(&issuer.token(&json!({})))).await.unwrap();
    }
    assert_eq!(issuer.fetches.load(Ordering::SeqCst), 2, "discovery and keys, once");
    for id in ["two", "three", "four"] {
        let forged = issuer.sign(&Header { kid: Some(id.into()), ..header() }, &issuer.claims());
        assert!(identity.caller(Some(&forged)).await.is_err());
    }
    assert_eq!(issuer.fetches.load(Ordering::SeqCst), 2, "no more within the interval");
}

#[tokio::test]
async fn an_unreachable_issuer_is_reported() {
    let config =
        IssuerConfig { issuer: "http://127.0.0.1:9".into(), audience: "api".into(), ..IssuerConfig::default() };
    let issuer = issuer().await;
    let unreachable = Identity::new(config).caller(Some(&issuer.token(&json!({})))).await;
    assert!(matches!(unreachable, Err(IdentityError::Keys(_))), "{unreachable:?}");
}
