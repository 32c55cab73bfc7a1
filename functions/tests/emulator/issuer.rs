//! An `OpenID` Connect issuer on loopback that signs tokens for the demo accounts.

use std::sync::OnceLock;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use serde_json::{Value, json};
use shared::config::IssuerConfig;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

/// The issuer.
pub(crate) struct Issuer {
    url: String,
    key: EncodingKey,
}

/// The one issuer of this test program.
pub(crate) fn issuer() -> &'static Issuer {
    static ISSUER: OnceLock<Issuer> = OnceLock::new();
    ISSUER.get_or_init(start)
}

fn start() -> Issuer {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = pair.public_key().as_ref();
    let coordinate = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
    let key = json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "one",
        "x": coordinate(1..33), "y": coordinate(33..65),
    });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let discovery = json!({"issuer": url, "jwks_uri": format!("{url}/jwks")}).to_string();
    let keys = json!({ "keys": [key] }).to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut request) = (stream.unwrap(), [0; 4096]);
            let read = stream.read(&mut request).unwrap();
            let body = if request[..read].starts_with(b"GET /jwks ") { &keys } else { &discovery };
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    Issuer { url, key: EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref()) }
}

impl Issuer {
    /// How functions verify its tokens.
    pub(crate) fn config(&self) -> IssuerConfig {
        IssuerConfig {
            issuer: self.url.clone(),
            audience: "api".into(),
            client_ids: Vec::new(),
            role_claim: "role".into(),
            patient_id_claim: "patientId".into(),
            name_claim: "name".into(),
            own_roots: false,
        }
    }

    /// A demo account's token.
    pub(crate) fn token(&self, account: &str) -> String {
        let accounts: Value = serde_json::from_str(include_str!("../../../dev/openid/accounts.json")).unwrap();
        let mut listed = accounts["accounts"].as_array().unwrap().iter();
        let found = listed.find(|known| known["id"] == account);
        let mut claims = found.unwrap_or_else(|| panic!("no demo account is called {account}")).clone();
        claims["sub"] = account.into();
        claims["iss"] = self.url.as_str().into();
        claims["aud"] = "api".into();
        claims["exp"] = (get_current_timestamp() + 600).into();
        let header = Header { kid: Some("one".into()), typ: Some("at+jwt".into()), ..Header::new(Algorithm::ES256) };
        encode(&header, &claims, &self.key).unwrap()
    }
}
