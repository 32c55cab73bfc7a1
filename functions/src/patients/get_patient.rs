//! GET /patients/{patientId}: a patient; for themselves and clinicians.

use domain::ids::PatientId;
use lambda_http::Request;
use shared::http::problem::ApiError;
use shared::http::{request, response};

use crate::patients::view::PatientView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("get-patient", "GET", "/patients/{patientId}", |deps, request| Box::pin(handle(deps, request)));

/// A patient
#[utoipa::path(
    get, path = ROUTE.entry.path, tag = "People",
    params(("patientId" = Uuid, Path, description = "The patient.")),
    responses((status = 200, body = PatientView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.caller(&request).await?;
    let id: PatientId = request::path_id(&request, "patientId")?;
    caller.may_access(id)?;
    let patient = deps.table.patient(id).await?.ok_or(ApiError::NotFound)?;
    Ok(response::ok(&PatientView::of(&patient)))
}
