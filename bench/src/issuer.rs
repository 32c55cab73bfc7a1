//! An `OpenID` Connect issuer on loopback that signs tokens for the demo accounts, with RS256 as most issuers do.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use anyhow::{Context as _, Result, anyhow};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Who may call, in development, in tests and here.
const ACCOUNTS: &str = include_str!("../../dev/openid/accounts.json");
/// For whom its tokens are meant.
pub(crate) const AUDIENCE: &str = "portal-messaging-api";
/// The year 2100: a measurement may take its time.
const EXPIRY: u64 = 4_102_444_800;

/// The issuer.
pub(crate) struct Issuer {
    pub(crate) url: String,
    key: RsaKeyPair,
}

impl Issuer {
    /// Starts it with a key of its own; it serves as long as this process.
    pub(crate) fn start() -> Result<Self> {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("no RSA key can be made"))?;
        let public = key.public_key();
        let encode = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
        let (modulus, exponent) = (public.modulus(), public.exponent());
        let key_set = json!({"keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one",
            "n": encode(modulus.big_endian_without_leading_zero()),
            "e": encode(exponent.big_endian_without_leading_zero()),
        }]});
        let listener = TcpListener::bind("127.0.0.1:0").context("no port for the issuer")?;
        let url = format!("http://{}", listener.local_addr()?);
        let discovery = json!({"issuer": url, "jwks_uri": format!("{url}/jwks")}).to_string();
        let key_set = key_set.to_string();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut request = [0; 4096];
                let Ok(read) = stream.read(&mut request) else { continue };
                let body = if request[..read].starts_with(b"GET /jwks ") { &key_set } else { &discovery };
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                // Whoever hung up asks again.
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
            }
        });
        Ok(Self { url, key })
    }

    /// A demo account's token.
    pub(crate) fn token(&self, account: &str) -> Result<String> {
        let accounts: Value = serde_json::from_str(ACCOUNTS).context("accounts.json")?;
        let mut listed = accounts["accounts"].as_array().into_iter().flatten();
        let mut claims =
            listed.find(|known| known["id"] == account).cloned().with_context(|| format!("no account {account}"))?;
        claims["sub"] = account.into();
        claims["iss"] = self.url.as_str().into();
        claims["aud"] = AUDIENCE.into();
        claims["exp"] = EXPIRY.into();
        let header = json!({"alg": "RS256", "kid": "one", "typ": "at+jwt"});
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        let done = self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature);
        done.map_err(|_| anyhow!("a token can't be signed"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
