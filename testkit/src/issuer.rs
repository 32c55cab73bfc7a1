//! An `OpenID` Connect issuer on loopback, which signs tokens for the demo accounts and for tests.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::accounts;

/// When the accounts' tokens expire: in the year 2100.
const EXPIRY: u64 = 4_102_444_800;

/// How an issuer signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// What most issuers use.
    Rs256,
    /// What is quickest to make a key for.
    Es256,
}

/// An issuer with a key of its own.
#[derive(Debug)]
pub struct Issuer {
    url: String,
    key: Key,
    fetches: Arc<AtomicUsize>,
}

#[derive(Debug)]
enum Key {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
}

impl Issuer {
    /// Starts one; it serves its discovery document and its key until the process ends.
    pub fn start(algorithm: Algorithm) -> Self {
        let key = Key::generate(algorithm);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let discovery = json!({"issuer": url, "jwks_uri": format!("{url}/jwks")}).to_string();
        let keys = json!({"keys": [key.public()]}).to_string();
        let fetches = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&fetches);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut request = [0; 4096];
                let Ok(read) = stream.read(&mut request) else { continue };
                counter.fetch_add(1, Ordering::SeqCst);
                let body = if request[..read].starts_with(b"GET /jwks ") { &keys } else { &discovery };
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                // A client that closed the connection asks again.
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
            }
        });
        Self { url, key, fetches }
    }

    /// The `iss` of its tokens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How often one of its documents was fetched.
    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    /// The header of its access tokens.
    pub fn header(&self) -> Value {
        json!({"alg": self.key.algorithm(), "kid": "one", "typ": "at+jwt"})
    }

    /// A demo account's access token.
    pub fn token(&self, account: &str) -> String {
        let mut claims = accounts::account(account);
        claims["sub"] = account.into();
        claims["iss"] = self.url.as_str().into();
        claims["aud"] = accounts::audience().into();
        claims["exp"] = EXPIRY.into();
        self.sign(&self.header(), &claims)
    }

    /// A token with any header and claims.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes())))
    }
}

impl Key {
    fn generate(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Rs256 => Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key")),
            Algorithm::Es256 => {
                Self::Ecdsa(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("an ECDSA key"))
            }
        }
    }

    const fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::Ecdsa(_) => "ES256",
        }
    }

    /// The public key as a JWK.
    fn public(&self) -> Value {
        let encode = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
        let mut key = match self {
            Self::Rsa(pair) => {
                let (modulus, exponent) = (pair.public_key().modulus(), pair.public_key().exponent());
                json!({
                    "kty": "RSA",
                    "n": encode(modulus.big_endian_without_leading_zero()),
                    "e": encode(exponent.big_endian_without_leading_zero()),
                })
            }
            Self::Ecdsa(pair) => {
                // 0x04, then both coordinates (SEC 1, 2.3.3).
                let point = pair.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..65])})
            }
        };
        key["use"] = "sig".into();
        key["alg"] = self.algorithm().into();
        key["kid"] = "one".into();
        key
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("signed");
                signature
            }
            Self::Ecdsa(pair) => pair.sign(&random, message).expect("signed").as_ref().to_vec(),
        }
    }
}
