//! GET /patients/{patientId}: a patient; for themselves and clinicians.

use lambda_http::Request;
use shared::domain::ids::PatientId;
use shared::http::problem::ApiError;
use shared::http::{request, response};

use crate::deps::Deps;
use crate::openapi::Refusals;
use crate::routes::Route;
use crate::serve::{self, Answer};
use crate::views::PatientView;

/// This function's route.
pub const ROUTE: Route = Route::new("get-patient", "GET", "/patients/{patientId}");

/// A patient
#[utoipa::path(
    get, path = "/patients/{patientId}", tag = "People",
    params(("patientId" = Uuid, Path, description = "The patient.")),
    responses((status = 200, body = PatientView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.caller(&request).await?;
    let id: PatientId = request::path_id(&request, "patientId")?;
    caller.may_reach(id)?;
    let patient = deps.table.patient(id).await?.ok_or(ApiError::NotFound)?;
    Ok(response::ok(&PatientView::of(&patient)))
}

/// Runs the function.
pub fn run() {
    serve::run(ROUTE, |deps, request| Box::pin(handle(deps, request)));
}
