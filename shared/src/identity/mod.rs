//! Authentication: verifies the bearer token (a JWT from an `OpenID` Connect issuer) and returns the caller.
//!
//! Every function verifies the signature, issuer, audience, expiry, token use (access tokens only, RFC 9068) and
//! client itself. A missing or misconfigured authorizer of the gateway gives no access.

mod keys;

use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Map, Value};

use crate::config::IssuerConfig;
use domain::ids::{PatientId, UserId};
use domain::person::{Caller, Person, Role};

use keys::IssuerKeys;
pub use keys::KeysError;

/// The accepted signature algorithms: only asymmetric ones; not `none`, no shared secrets.
const ALGORITHMS: [Algorithm; 6] =
    [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];

/// The allowed difference between the issuer's clock and ours, in seconds.
const LEEWAY: u64 = 5;

/// The maximum length of a caller's name, in characters; the rest is cut off.
const NAME_MAX_LENGTH: usize = 100;

/// Why authentication failed.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// There is no bearer token.
    #[error("a bearer token is required")]
    NoToken,
    /// The token is invalid. The reason quotes nothing of the token.
    #[error("the token is not valid: {0}")]
    Invalid(&'static str),
    /// The token is valid but contains no role of this system.
    #[error("{0}")]
    NoRole(&'static str),
    /// The issuer's keys can't be fetched.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// Verifies bearer tokens.
#[derive(Debug)]
pub struct Identity {
    config: IssuerConfig,
    keys: IssuerKeys,
}

impl Identity {
    /// Verifies tokens of one issuer. Its keys are fetched with the first token and for unknown key ids.
    pub fn new(config: IssuerConfig) -> Self {
        let keys = IssuerKeys::new(&config.issuer, config.custom_roots);
        Self { config, keys }
    }

    /// The caller, from an `Authorization` header.
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
        self.check_audience(&claims)?;
        self.caller_from(&claims)
    }

    /// Checks the token's use, client and audience.
    ///
    /// RFC 9068 has `aud` and `client_id`. Access tokens of Amazon Cognito have no `aud`, but `token_use` and
    /// `client_id`: they are accepted if the client is listed.
    fn check_audience(&self, claims: &Map<String, Value>) -> Result<(), IdentityError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if claims.contains_key("token_use") && text("token_use") != Some("access") {
            return Err(IdentityError::Invalid("it is no access token"));
        }
        let client = text("client_id").or_else(|| text("azp"));
        let clients = &self.config.client_ids;
        if !clients.is_empty() && !client.is_some_and(|client| clients.iter().any(|id| id == client)) {
            return Err(IdentityError::Invalid("it was issued to another client"));
        }
        let is_accepted = match claims.get("aud") {
            Some(Value::String(audience)) => *audience == self.config.audience,
            Some(Value::Array(audiences)) => audiences.iter().any(|audience| *audience == *self.config.audience),
            Some(_) => false,
            None => text("token_use").is_some() && !clients.is_empty(),
        };
        if is_accepted { Ok(()) } else { Err(IdentityError::Invalid("it is meant for another audience")) }
    }

    /// The caller, from verified claims.
    fn caller_from(&self, claims: &Map<String, Value>) -> Result<Caller, IdentityError> {
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

/// Whether a `typ` header is one of an access token: that of RFC 9068, or the generic `JWT` of other issuers.
fn is_access_token_type(typ: &str) -> bool {
    ["at+jwt", "application/at+jwt", "JWT"].iter().any(|accepted| typ.eq_ignore_ascii_case(accepted))
}

/// The role from a claim that is a string or a list of strings. Returns `None` if it names two different roles.
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

/// The name of a caller whose token contains none.
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
