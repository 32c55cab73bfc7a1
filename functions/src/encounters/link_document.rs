//! POST /encounters/{encounterId}/documents: links a document to an encounter in progress; for clinicians.

use domain::chart_item::ChartContent;
use lambda_http::Request;
use serde::Deserialize;
use shared::http::problem::Problem;
use shared::http::request;
use utoipa::ToSchema;

use crate::encounters::added;
use crate::encounters::view::DocumentView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("link-document", "POST", "/encounters/{encounterId}/documents", |deps, request| {
        Box::pin(handle(deps, request))
    });

/// A document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    /// Its id, a UUID of version 7 made by the client, with which repeating the request is safe. Optional.
    #[schema(format = Uuid, pattern = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$")]
    id: Option<String>,
    /// Its title: 1 to {max} characters.
    #[schema(example = "Laboratory report", min_length = 1)]
    title: String,
    /// Where it is: an absolute https URL of at most {max} characters.
    #[schema(example = "https://records.example.org/reports/42", format = "uri", pattern = "^https://")]
    url: String,
}

/// Links a document to an encounter
///
/// With an `id` made by the client it is stored once: sending it again gets 200 with what is stored.
#[utoipa::path(
    post, path = ROUTE.entry.path, tag = "Encounters",
    request_body(content = NewDocument, example = json!({
        "title": "Laboratory report", "url": "https://records.example.org/reports/42",
    })),
    params(("encounterId" = Uuid, Path, description = "The encounter.")),
    responses(
        (status = 201, body = DocumentView, headers(("Location" = String, description = "The encounter, which shows it."))),
        (status = 200, description = "It was stored before", body = DocumentView),
        (status = 409, description = "`encounter-finished`, `encounter-full`", body = Problem,
            content_type = "application/problem+json"),
        Refusals
    )
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let encounter = request::path_id(&request, "encounterId")?;
    let new: NewDocument = request::json(&request)?;
    let item = added::item(deps, &caller, new.id.as_deref(), ChartContent::document(&new.title, &new.url)?)?;
    let added = added::add(deps, &request, &caller, encounter, &item).await?;
    added::answer(encounter, &added, DocumentView::of)
}
