//! What the access tokens of the stack's own user pool say of their holder: role, patient id and name, added at sign-in.
//!
//! Cognito calls it before it issues a token (pre token generation, version 2): attributes of a user are in no access token
//! otherwise. A user is `admin`, `clinician` or `patient` by their group, the first of these that they are in. Whoever is in
//! none, or is a patient without a patient id, gets no token: Cognito shows them that signing in failed.

use domain::ids::PatientId;
use domain::person::Role;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::telemetry;

use crate::runtime::serve;

/// This function's name.
pub const NAME: &str = "add-claims";

/// The groups, which are named like roles; the first one counts.
const GROUPS: [(&str, Role); 3] = [("admin", Role::Admin), ("clinician", Role::Clinician), ("patient", Role::Patient)];

/// What Cognito tells of who signs in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    #[serde(default)]
    user_attributes: Map<String, Value>,
    #[serde(default)]
    group_configuration: Groups,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Groups {
    #[serde(default)]
    groups_to_override: Vec<String>,
}

/// Why someone gets no token. Names nobody.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not what Cognito sends.
    #[error("the event is none of Cognito's before it issues a token")]
    Event,
    /// In none of the groups.
    #[error("the user is in no group of this application")]
    NoGroup,
    /// A patient, but which?
    #[error("the user is a patient without a patient id")]
    NoPatientId,
}

/// The event, with the claims in its response.
pub fn handle(mut event: Value) -> Result<Value, Refused> {
    let asked: Asked = serde_json::from_value(event["request"].clone()).map_err(|_| Refused::Event)?;
    let groups = &asked.group_configuration.groups_to_override;
    let (group, role) =
        GROUPS.into_iter().find(|(group, _)| groups.iter().any(|it| it == group)).ok_or(Refused::NoGroup)?;
    let attribute = |name: &str| asked.user_attributes.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
    let mut claims = json!({ "role": group });
    if role == Role::Patient {
        let id = attribute("custom:patientId").and_then(|id| id.parse::<PatientId>().ok());
        claims["patientId"] = id.ok_or(Refused::NoPatientId)?.to_string().into();
    }
    if let Some(name) = attribute("name") {
        claims["name"] = name.into();
    }
    event["response"] =
        json!({"claimsAndScopeOverrideDetails": {"accessTokenGeneration": {"claimsToAddOrOverride": claims}}});
    Ok(event)
}

/// Runs the function.
pub fn run() {
    telemetry::init();
    serve::block_on(lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        handle(event.payload).map_err(|refused| {
            tracing::warn!(reason = %refused, "no token is issued");
            lambda_runtime::Error::from(refused.to_string())
        })
    })));
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENT: &str = "01900000-0000-7000-8000-00000000000a";

    fn event(groups: &[&str], attributes: &Value) -> Value {
        json!({"version": "2", "triggerSource": "TokenGeneration_HostedAuth",
            "request": {"userAttributes": attributes, "groupConfiguration": {"groupsToOverride": groups}},
            "response": {"claimsAndScopeOverrideDetails": null}})
    }

    fn claims(groups: &[&str], attributes: &Value) -> Result<Value, Refused> {
        let answered = handle(event(groups, attributes))?;
        assert_eq!(answered["triggerSource"], "TokenGeneration_HostedAuth", "the rest of the event comes back");
        let details = &answered["response"]["claimsAndScopeOverrideDetails"];
        Ok(details["accessTokenGeneration"]["claimsToAddOrOverride"].clone())
    }

    #[test]
    fn a_token_says_role_patient_and_name() {
        let ana = json!({"sub": "1", "name": "Ana", "custom:patientId": PATIENT});
        assert_eq!(claims(&["patient"], &ana), Ok(json!({"role": "patient", "patientId": PATIENT, "name": "Ana"})));
        let clara = json!({"sub": "2", "name": "Clara"});
        assert_eq!(claims(&["others", "clinician"], &clara), Ok(json!({"role": "clinician", "name": "Clara"})));
        assert_eq!(claims(&["clinician", "admin"], &json!({})), Ok(json!({"role": "admin"})));
    }

    #[test]
    fn the_sample_event_gets_its_claims() {
        let event = serde_json::from_str(include_str!("../../../events/add-claims/patient.json")).expect("JSON");
        let answered = handle(event).expect("claims");
        let claims = &answered["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"];
        assert_eq!(claims["claimsToAddOrOverride"]["patientId"], PATIENT);
        assert_eq!(claims["claimsToAddOrOverride"]["role"], "patient");
    }

    #[test]
    fn staff_who_are_patients_too_act_as_staff_and_reach_no_record_as_its_patient() {
        let both = json!({"custom:patientId": PATIENT});
        assert_eq!(claims(&["patient", "clinician"], &both), Ok(json!({"role": "clinician"})));
    }

    #[test]
    fn whoever_is_nobody_here_gets_no_token() {
        assert_eq!(claims(&[], &json!({"custom:patientId": PATIENT})), Err(Refused::NoGroup));
        assert_eq!(claims(&["patient"], &json!({"name": "Ana"})), Err(Refused::NoPatientId));
        assert_eq!(claims(&["patient"], &json!({"custom:patientId": "everyone"})), Err(Refused::NoPatientId));
        assert_eq!(handle(json!({"request": 5})), Err(Refused::Event));
    }
}
