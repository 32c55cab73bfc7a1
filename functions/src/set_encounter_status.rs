//! PUT /encounters/{encounterId}/status: finishes (archives and closes) or resumes; the stream carries it to the chat.

use lambda_http::Request;
use serde::Deserialize;
use shared::domain::encounter::EncounterStatus;
use shared::domain::ids::EncounterId;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use utoipa::ToSchema;

use crate::deps::Deps;
use crate::openapi::Refusals;
use crate::routes::Route;
use crate::serve::{self, Answer};
use crate::views::EncounterView;

/// This function's route.
pub const ROUTE: Route = Route::new("set-encounter-status", "PUT", "/encounters/{encounterId}/status");

/// What the encounter shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EncounterStatusChange {
    /// In progress or finished.
    status: EncounterStatus,
}

/// Finishes or resumes an encounter
///
/// Finishing archives it and closes its conversation. Repeating it changes nothing.
#[utoipa::path(
    put, path = "/encounters/{encounterId}/status", tag = "Encounters", request_body = EncounterStatusChange,
    params(("encounterId" = Uuid, Path, description = "The encounter.")),
    responses((status = 200, body = EncounterView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let id: EncounterId = request::path_id(&request, "encounterId")?;
    let change: EncounterStatusChange = request::json(&request)?;
    let (person, now) = (caller.person(), deps.clock.now());
    let changed = deps.table.change_encounter(id, |encounter| {
        let encounter = encounter.ok_or(ApiError::NotFound)?.visible_to(&caller)?;
        let changed = encounter.set_status(change.status, person, now);
        Ok::<_, ApiError>((encounter, changed))
    });
    Ok(response::ok(&EncounterView::of(&changed.await?)))
}

/// Runs the function.
pub fn run() {
    serve::run(ROUTE, |deps, request| Box::pin(handle(deps, request)));
}
