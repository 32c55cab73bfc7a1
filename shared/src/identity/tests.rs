//! Tests with an issuer on loopback: which tokens are accepted, and how often the issuer's keys are fetched.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use serde_json::{Value, json};
use testkit::accounts::PATIENT_A;
use testkit::issuer::{self, Issuer};

use super::{Identity, IdentityError};
use crate::config::IssuerConfig;
use domain::person::{Caller, Role};

fn issuer() -> Issuer {
    Issuer::start(issuer::Algorithm::Es256)
}

fn identity(issuer: &Issuer) -> Identity {
    Identity::new(IssuerConfig {
        issuer: issuer.url().into(),
        audience: "api".into(),
        client_ids: vec!["portal".into()],
        role_claim: "role".into(),
        patient_id_claim: "patientId".into(),
        name_claim: "name".into(),
        custom_roots: false,
    })
}

fn claims(issuer: &Issuer) -> Value {
    let now = get_current_timestamp();
    json!({
        "iss": issuer.url(), "aud": "api", "client_id": "portal", "sub": "ana", "iat": now, "exp": now + 60,
        "role": "patient", "patientId": PATIENT_A, "name": "Ana",
    })
}

/// A token with a header that differs from a good one's.
fn with_header(issuer: &Issuer, changes: &Value) -> String {
    format!("Bearer {}", issuer.sign(&merged(issuer.header(), changes), &claims(issuer)))
}

/// A token with claims that differ from a good one's; `null` removes one.
fn token(issuer: &Issuer, changes: &Value) -> String {
    format!("Bearer {}", issuer.sign(&issuer.header(), &merged(claims(issuer), changes)))
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
    let issuer = issuer();
    let identity = identity(&issuer);
    let ana = identity.caller(Some(&token(&issuer, &json!({})))).await.unwrap();
    assert!(matches!(&ana, Caller::Patient { patient_id, .. } if patient_id.to_string() == PATIENT_A));
    assert_eq!((ana.person().name.as_str(), ana.person().user_id.as_str()), ("Ana", "ana"));
    let clinician = json!({"role": ["staff", "clinician"], "patientId": null, "name": null, "aud": ["x", "api"]});
    let clinician = identity.caller(Some(&token(&issuer, &clinician))).await.unwrap();
    assert_eq!((clinician.role(), clinician.person().name.as_str()), (Role::Clinician, "Clinician"));
    let cognito = json!({"aud": null, "token_use": "access"});
    assert!(identity.caller(Some(&token(&issuer, &cognito))).await.is_ok());
}

#[tokio::test]
async fn all_other_tokens_are_rejected() {
    let issuer = issuer();
    let identity = identity(&issuer);
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
        let refused = identity.caller(Some(&token(&issuer, &changes))).await;
        assert!(matches!(refused, Err(IdentityError::Invalid(_))), "{what}: {refused:?}");
    }
    let good = token(&issuer, &json!({}));
    let unsigned = format!(
        "Bearer {}.{}.",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt","kid":"one"}"#),
        URL_SAFE_NO_PAD.encode(claims(&issuer).to_string())
    );
    let shared_secret = encode(
        &Header { kid: Some("one".into()), ..Header::new(Algorithm::HS256) },
        &claims(&issuer),
        &EncodingKey::from_secret(b"one"),
    );
    let forged = format!("Bearer {}", self::issuer().sign(&issuer.header(), &claims(&issuer)));
    let id_token = with_header(&issuer, &json!({"typ": "id+jwt"}));
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
    let issuer = issuer();
    let identity = identity(&issuer);
    for changes in [
        json!({"role": null}),
        json!({"role": "nurse"}),
        json!({"role": ["patient", "admin"]}),
        json!({"patientId": null}),
        json!({"patientId": "CONV#1"}),
    ] {
        let refused = identity.caller(Some(&token(&issuer, &changes))).await;
        assert!(matches!(refused, Err(IdentityError::NoRole(_))), "{changes}: {refused:?}");
    }
}

#[tokio::test]
async fn keys_are_fetched_once_and_forged_key_ids_cause_no_load() {
    let issuer = issuer();
    let identity = identity(&issuer);
    for _ in 0..3 {
        identity.caller(Some(&token(&issuer, &json!({})))).await.unwrap();
    }
    assert_eq!(issuer.fetches(), 2, "discovery and keys, once");
    for id in ["two", "three", "four"] {
        let forged = with_header(&issuer, &json!({"kid": id}));
        assert!(identity.caller(Some(&forged)).await.is_err());
    }
    assert_eq!(issuer.fetches(), 2, "no more within the interval");
}

#[tokio::test]
async fn an_unreachable_issuer_is_reported() {
    let config =
        IssuerConfig { issuer: "http://127.0.0.1:9".into(), audience: "api".into(), ..IssuerConfig::default() };
    let issuer = issuer();
    let unreachable = Identity::new(config).caller(Some(&token(&issuer, &json!({})))).await;
    assert!(matches!(unreachable, Err(IdentityError::Keys(_))), "{unreachable:?}");
}
