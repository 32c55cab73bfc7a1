//! GET /questionnaires: the forms with which a patient begins a chat, in the order in which they are shown.
//!
//! Administrators also see those that are not active.

use lambda_http::Request;
use serde::Serialize;
use shared::domain::questionnaire::Questionnaire;
use shared::http::response;
use utoipa::ToSchema;

use crate::deps::Deps;
use crate::openapi::Refusals;
use crate::routes::Route;
use crate::serve::{self, Answer};

/// This function's route.
pub const ROUTE: Route = Route::new("list-questionnaires", "GET", "/questionnaires");

/// The questionnaires.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Questionnaires)]
pub struct QuestionnairesView {
    /// The active ones; for an administrator all of them.
    pub items: Vec<Questionnaire>,
}

/// The forms with which a patient begins a chat
#[utoipa::path(
    get, path = "/questionnaires", tag = "Configuration",
    responses((status = 200, body = QuestionnairesView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.caller(&request).await?;
    let catalogue = deps.table.questionnaires().await?;
    Ok(response::ok(&QuestionnairesView { items: catalogue.shown_to(caller.role()) }))
}

/// Runs the function.
pub fn run() {
    serve::run(ROUTE, |deps, request| Box::pin(handle(deps, request)));
}
