//! Who calls: a bearer JSON Web Token of any `OpenID` Connect issuer, verified here in every environment.
//!
//! Checked are the signature against the issuer's keys, the issuer, the audience, the expiry, the
//! token's use (access tokens only, RFC 9068) and the client that it was issued to. A gateway's
//! authoriser in front may be missing or misconfigured: it opens nothing.

mod keys;

use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Map, Value};

use crate::config::IssuerConfig;
use domain::ids::{PatientId, UserId};
use domain::person::{Caller, Person, Role};

use keys::IssuerKeys;
pub use keys::KeysError;

/// Signature algorithms taken: asymmetric ones, never `none` and never a shared secret.
const ALGORITHMS: [Algorithm; 6] =
    [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];

/// How far the issuer's clock may be off, in seconds.
const LEEWAY: u64 = 5;

/// The longest name that is kept beside what someone writes, in characters.
const NAME_MAX_LENGTH: usize = 100;

/// Why a request has no caller.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// There is no bearer token.
    #[error("a bearer token is required")]
    NoToken,
    /// The token is refused. The reason is for the log; it quotes nothing of the token.
    #[error("the token is not valid: {0}")]
    Invalid(&'static str),
    /// The token is valid, and its owner has no role here.
    #[error("{0}")]
    NoRole(&'static str),
    /// The issuer's keys can't be had now.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// Verifies callers.
#[derive(Debug)]
pub struct Identity {
    config: IssuerConfig,
    keys: IssuerKeys,
}

impl Identity {
    /// Verifies tokens of one issuer. Its keys are fetched at the first token and on an unknown key id.
    pub fn new(config: IssuerConfig) -> Self {
        let keys = IssuerKeys::new(&config.issuer, config.own_roots);
        Self { config, keys }
    }

    /// The caller that an `Authorization` header names.
    pub async fn caller(&self, authorization: Option<&str>) -> Result<Caller, IdentityError> {
        let token = authorization.and_then(bearer).ok_or(IdentityError::NoToken)?;
        let header = decode_header(token).map_err(|_| IdentityError::Invalid("it is no JSON Web Token"))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(IdentityError::Invalid("its algorithm is not taken"));
        }
        if header.typ.as_deref().is_some_and(|typ| !is_access_token_type(typ)) {
            return Err(IdentityError::Invalid("it is no access token"));
        }
        let key_id = header.kid.ok_or(IdentityError::Invalid("it names no key"))?;
        let key = self.keys.get(&key_id, header.alg).await?.ok_or(IdentityError::Invalid("its key is unknown"))?;

        let mut validation = Validation::new(header.alg);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.config.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.validate_aud = false;
        let claims = decode::<Map<String, Value>>(token, &key, &validation)
            .map_err(|error| IdentityError::Invalid(reason(error.kind())))?
            .claims;
        self.check_use(&claims)?;
        self.read(&claims)
    }

    /// Whom the token is for and what it may be used as.
    ///
    /// RFC 9068 has `aud` and `client_id`; Amazon Cognito's access tokens have no `aud`, but
    /// `token_use` and `client_id`, so there the client stands for the audience and must be listed.
    fn check_use(&self, claims: &Map<String, Value>) -> Result<(), IdentityError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if claims.contains_key("token_use") && text("token_use") != Some("access") {
            return Err(IdentityError::Invalid("it is no access token"));
        }
        let client = text("client_id").or_else(|| text("azp"));
        let clients = &self.config.client_ids;
        if !clients.is_empty() && !client.is_some_and(|client| clients.iter().any(|id| id == client)) {
            return Err(IdentityError::Invalid("it was issued to another client"));
        }
        let meant_for_us = match claims.get("aud") {
            Some(Value::String(audience)) => *audience == self.config.audience,
            Some(Value::Array(audiences)) => audiences.iter().any(|audience| *audience == *self.config.audience),
            Some(_) => false,
            None => text("token_use").is_some() && !clients.is_empty(),
        };
        if meant_for_us { Ok(()) } else { Err(IdentityError::Invalid("it is meant for another audience")) }
    }

    /// Who the claims say it is.
    fn read(&self, claims: &Map<String, Value>) -> Result<Caller, IdentityError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let user_id = text("sub").and_then(UserId::new).ok_or(IdentityError::Invalid("its subject can't be used"))?;
        let role = role(claims.get(&self.config.role_claim));
        let role = role.ok_or(IdentityError::NoRole("the token names no role of this system"))?;
        let name = text(&self.config.name_claim).map_or(default_name(role), str::trim);
        let name = name.chars().filter(|c| !c.is_control()).take(NAME_MAX_LENGTH).collect();
        let person = Person { user_id, role, name };
        match role {
            Role::Clinician => Ok(Caller::Clinician(person)),
            Role::Admin => Ok(Caller::Admin(person)),
            Role::Patient => {
                let patient_id = text(&self.config.patient_id_claim).and_then(|id| id.parse::<PatientId>().ok());
                let patient_id = patient_id.ok_or(IdentityError::NoRole("the token names no patient"))?;
                Ok(Caller::Patient { person, patient_id })
            }
        }
    }
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The types of access tokens: RFC 9068's, and the plain one that issuers used before it.
fn is_access_token_type(typ: &str) -> bool {
    ["at+jwt", "application/at+jwt", "JWT"].iter().any(|taken| typ.eq_ignore_ascii_case(taken))
}

/// The one role named by a claim that is a text or a list of texts. Whoever names two has none.
fn role(claim: Option<&Value>) -> Option<Role> {
    let named = |value: &Value| match value.as_str()? {
        "patient" => Some(Role::Patient),
        "clinician" => Some(Role::Clinician),
        "admin" => Some(Role::Admin),
        _ => None,
    };
    match claim? {
        Value::Array(list) => {
            let mut roles = list.iter().filter_map(named);
            let first = roles.next()?;
            roles.all(|other| other == first).then_some(first)
        }
        single => named(single),
    }
}

/// What is shown for someone whose token holds no name.
const fn default_name(role: Role) -> &'static str {
    match role {
        Role::Patient => "Patient",
        Role::Clinician => "Clinician",
        Role::Admin => "Administrator",
    }
}

fn reason(kind: &jsonwebtoken::errors::ErrorKind) -> &'static str {
    use jsonwebtoken::errors::ErrorKind;
    match kind {
        ErrorKind::ExpiredSignature => "it has expired",
        ErrorKind::ImmatureSignature => "it is not valid yet",
        ErrorKind::InvalidIssuer => "it is another issuer's",
        ErrorKind::InvalidSignature => "its signature is wrong",
        ErrorKind::MissingRequiredClaim(_) => "it lacks a required claim",
        _ => "it can't be verified",
    }
}

#[cfg(test)]
mod tests;
