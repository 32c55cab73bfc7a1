//! GET /patients/{patientId}/access-log: who of the staff saw and did what of a patient's; for them and administrators.

use domain::audit::Month;
use domain::ids::PatientId;
use domain::person::Role;
use lambda_http::{Request, RequestExt as _};
use serde::Deserialize;
use shared::http::cursor::Binding;
use shared::http::problem::{ApiError, FieldProblem};
use shared::http::{request, response};
use shared::store::Position;
use utoipa::IntoParams;

use crate::patients::access_log_view::AuditEventView;
use crate::runtime::deps::Deps;
use crate::runtime::page::PageView;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("list-access-log", "GET", "/patients/{patientId}/access-log", |deps, request| {
        Box::pin(handle(deps, request))
    })
    .paged();

/// Which part of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Only this month, in UTC; all of the log unless given.
    #[param(example = "2026-11", pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$")]
    month: Option<String>,
    /// How many at most, from 1 to 100; 25 unless given.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

/// Who of the staff saw and did what
///
/// Newest first. Reading the same thing again within a quarter of an hour is one event. Where it came from is told
/// to administrators alone.
#[utoipa::path(
    get, path = ROUTE.entry.path, tag = "People",
    params(("patientId" = Uuid, Path, description = "The patient."), Filter),
    responses((status = 200, body = PageView<AuditEventView>), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.caller(&request).await?;
    let patient: PatientId = request::path_id(&request, "patientId")?;
    let reader = caller.may_read_access_log(patient)?;
    let filter: Filter = request::query(&request)?;
    let limit = request::limit(filter.limit, 25)?;
    let month = filter.month.as_deref().map(month).transpose()?;
    let query = filter.month.as_deref().unwrap_or_default();
    let bound = Binding { caller: &reader.user_id, path: request.raw_http_path(), query };
    let start: Option<Position> = deps.cursors.verify(filter.cursor.as_deref(), bound).await?;

    let page = deps.table.access_log(patient, month, limit, start.as_ref()).await?;
    if page.items.is_empty() && deps.table.patient(patient).await?.is_none() {
        return Err(ApiError::NotFound);
    }
    let with_source = caller.role() == Role::Admin;
    let items = page.items.iter().map(|event| AuditEventView::of(event, with_source)).collect();
    let next_cursor = deps.cursors.sign(page.next.as_ref(), bound).await?;
    Ok(response::ok(&PageView { items, next_cursor }))
}

fn month(text: &str) -> Result<Month, ApiError> {
    Month::parse(text).ok_or_else(|| ApiError::Malformed(FieldProblem::new("?month", "is not a month like 2026-11")))
}
