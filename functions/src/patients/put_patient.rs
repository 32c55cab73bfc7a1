//! PUT /patients/{patientId}: the feed from the record system; for administrators.

use domain::Timestamp;
use domain::ids::PatientId;
use domain::patient::{NAME_MAX_LENGTH, Patient, RECORD_NUMBER_MAX_LENGTH, is_birth_date};
use domain::text::one_line;
use lambda_http::{Request, RequestExt as _};
use serde::Deserialize;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use utoipa::ToSchema;

use crate::patients::view::PatientView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("put-patient", "PUT", "/patients/{patientId}", |deps, request| Box::pin(handle(deps, request)));

/// A patient, as the record system has them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPatient {
    /// The id in the path, if it is given here too.
    #[serde(default)]
    #[schema(format = Uuid)]
    id: Option<String>,
    /// Their name: 1 to {max} characters.
    #[schema(example = "Ana Patient", min_length = 1)]
    name: String,
    /// Their birth date, YYYY-MM-DD: not in the future, not before 1850.
    #[schema(format = Date, example = "1980-02-29")]
    birth_date: String,
    /// The number of their medical record: 1 to {max} characters.
    #[schema(example = "MRN-0042", min_length = 1)]
    record_number: String,
}

/// Stores a patient
#[utoipa::path(
    put, path = ROUTE.entry.path, tag = "People", request_body = NewPatient,
    params(("patientId" = Uuid, Path, pattern = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$", description = "The patient; a UUID of version 7.")),
    responses((status = 200, body = PatientView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.caller(&request).await?;
    caller.may_update_patient(request::path_id(&request, "patientId")?)?;
    let new: NewPatient = request::json(&request)?;
    let path_id = request.path_parameters().first("patientId").unwrap_or_default().to_owned();
    let patient = new.checked(&path_id, deps.clock.now())?;
    deps.table.put_patient(&patient).await?;
    Ok(response::ok(&PatientView::of(&patient)))
}

impl NewPatient {
    fn checked(self, path_id: &str, now: Timestamp) -> Result<Patient, ApiError> {
        let id = PatientId::from_outside(path_id).map_err(|error| ApiError::invalid("{patientId}", error))?;
        if self.id.is_some_and(|own| own.parse::<PatientId>() != Ok(id)) {
            return Err(ApiError::invalid("/id", "is not the id in the path"));
        }
        let name = one_line(&self.name, NAME_MAX_LENGTH).map_err(|error| ApiError::invalid("/name", error))?;
        let birth_date = self.birth_date.parse();
        let birth_date = birth_date.map_err(|_| ApiError::invalid("/birthDate", "is not a date like 1980-02-29"))?;
        if !is_birth_date(birth_date, now) {
            return Err(ApiError::invalid("/birthDate", "is in the future or before 1850"));
        }
        let record_number = one_line(&self.record_number, RECORD_NUMBER_MAX_LENGTH);
        let record_number = record_number.map_err(|error| ApiError::invalid("/recordNumber", error))?;
        Ok(Patient { id, name, birth_date, record_number })
    }
}
