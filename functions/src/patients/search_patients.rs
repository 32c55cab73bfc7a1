//! GET /patients: patients by name, birth date or record number; for clinicians.

use domain::patient::PatientQuery;
use lambda_http::Request;
use serde::Deserialize;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use utoipa::IntoParams;

use crate::patients::view::PatientView;
use crate::runtime::deps::Deps;
use crate::runtime::page::PageView;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("search-patients", "GET", "/patients", |deps, request| Box::pin(handle(deps, request)));

/// The search.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// Words that begin the patient's names, their birth date (YYYY-MM-DD) or their record number; all must match.
    #[param(example = "ana", min_length = 2)]
    q: String,
    /// How many at most, from 1 to 100; 25 unless given.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Patients by name, birth date or record number
#[utoipa::path(
    get, path = ROUTE.entry.path, tag = "People", params(Search),
    responses((status = 200, body = PageView<PatientView>), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    deps.caller(&request).await?.must_be_clinician()?;
    let search: Search = request::query(&request)?;
    let limit = request::limit(search.limit, 25)?;
    let query = PatientQuery::new(&search.q).ok_or_else(|| {
        ApiError::invalid("?q", format!("has no word of at least {} characters", PatientQuery::MIN_LENGTH))
    })?;
    let found = deps.table.search_patients(&query, limit).await?;
    Ok(response::ok(&PageView { items: found.iter().map(PatientView::of).collect(), next_cursor: None }))
}
