//! GET /questionnaires: the forms with which a patient begins a chat, in the order in which they are shown.
//!
//! Administrators also see those that are not active.

use lambda_http::Request;
use serde::Serialize;
use shared::http::response;
use utoipa::ToSchema;

use crate::configuration::questionnaire_view::QuestionnaireView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("list-questionnaires", "GET", "/questionnaires", |deps, request| Box::pin(handle(deps, request)));

/// The questionnaires.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Questionnaires)]
pub struct QuestionnairesView {
    /// The active ones; for an administrator all of them.
    pub items: Vec<QuestionnaireView>,
}

/// The forms with which a patient begins a chat
#[utoipa::path(
    get, path = ROUTE.entry.path, tag = "Configuration",
    responses((status = 200, body = QuestionnairesView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.caller(&request).await?;
    let catalogue = deps.table.questionnaires().await?;
    let items = catalogue.shown_to(caller.role()).into_iter().map(QuestionnaireView::from).collect();
    Ok(response::ok(&QuestionnairesView { items }))
}
