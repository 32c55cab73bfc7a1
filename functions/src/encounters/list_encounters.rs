//! GET /patients/{patientId}/encounters: the encounters in a patient's chart, newest first; for clinicians.

use domain::audit::{Action, Entity};
use domain::ids::PatientId;
use futures::future::try_join_all;
use lambda_http::{Request, RequestExt as _};
use serde::Deserialize;
use shared::http::cursor::Binding;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use shared::store::Position;
use utoipa::IntoParams;

use crate::encounters::view::EncounterView;
use crate::runtime::deps::Deps;
use crate::runtime::page::PageView;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("list-encounters", "GET", "/patients/{patientId}/encounters", |deps, request| {
        Box::pin(handle(deps, request))
    })
    .paged();

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// How many at most, from 1 to 100; 25 unless given.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

/// The encounters in a patient's chart
#[utoipa::path(
    get, path = ROUTE.entry.path, tag = "Encounters",
    params(("patientId" = Uuid, Path, description = "The patient."), Paging),
    responses((status = 200, body = PageView<EncounterView>), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let patient: PatientId = request::path_id(&request, "patientId")?;
    let reader = caller.may_read_chart(patient)?;
    let paging: Paging = request::query(&request)?;
    let limit = request::limit(paging.limit, 25)?;
    let bound = Binding { caller: &reader.user_id, path: request.raw_http_path(), query: "" };
    let start: Option<Position> = deps.cursors.verify(paging.cursor.as_deref(), bound).await?;
    let (page, ()) = tokio::try_join!(
        async { Ok(deps.table.list_encounters(patient, limit, start.as_ref()).await?) },
        deps.record_read(deps.agent(&request, &caller), patient, Action::ListEncounters, Entity::Patient),
    )?;
    if page.items.is_empty() && deps.table.patient(patient).await?.is_none() {
        return Err(ApiError::NotFound);
    }
    let added = try_join_all(page.items.iter().map(|encounter| deps.table.chart_items(encounter))).await?;
    let items = page.items.iter().zip(&added).map(|(encounter, added)| EncounterView::of(encounter, added)).collect();
    let next_cursor = deps.cursors.sign(page.next.as_ref(), bound).await?;
    Ok(response::ok(&PageView { items, next_cursor }))
}
