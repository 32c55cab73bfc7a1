//! GET /encounters/{encounterId}: an encounter with its status history, orders and documents; for clinicians.

use domain::audit::{Action, Entity};
use domain::ids::EncounterId;
use lambda_http::Request;
use shared::http::problem::ApiError;
use shared::http::{request, response};

use crate::encounters::view::EncounterView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("get-encounter", "GET", "/encounters/{encounterId}", |deps, request| Box::pin(handle(deps, request)));

/// An encounter
#[utoipa::path(
    get, path = ROUTE.entry.path, tag = "Encounters",
    params(("encounterId" = Uuid, Path, description = "The encounter.")),
    responses((status = 200, body = EncounterView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let id: EncounterId = request::path_id(&request, "encounterId")?;
    let encounter = deps.table.encounter(id).await?.ok_or(ApiError::NotFound)?.value.visible_to(&caller)?;
    let (patient, entity) = (encounter.patient_id, Entity::Encounter(id));
    let ((), added) = tokio::try_join!(
        deps.record_read(deps.agent(&request, &caller), patient, Action::ReadEncounter, entity),
        async { Ok(deps.table.chart_items(&encounter).await?) }
    )?;
    Ok(response::ok(&EncounterView::of(&encounter, &added)))
}
