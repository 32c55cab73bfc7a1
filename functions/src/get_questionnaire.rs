//! GET /questionnaires/{questionnaireId}: a form as it is, or as it was asked in one of its versions.

use lambda_http::Request;
use serde::Deserialize;
use shared::domain::ids::QuestionnaireId;
use shared::domain::questionnaire::Questionnaire;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use utoipa::IntoParams;

use crate::deps::Deps;
use crate::openapi::Refusals;
use crate::routes::Route;
use crate::serve::{self, Answer};

/// This function's route.
pub const ROUTE: Route = Route::new("get-questionnaire", "GET", "/questionnaires/{questionnaireId}");

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// The version, as a questionnaire response names it; the present one unless given.
    #[param(format = "uint32", minimum = 1, example = 1)]
    version: Option<u32>,
}

/// A form, or one of its versions
///
/// A version stays as it was asked, also after the questionnaire has changed or was removed.
#[utoipa::path(
    get, path = "/questionnaires/{questionnaireId}", tag = "Configuration",
    params(("questionnaireId" = Uuid, Path, description = "The questionnaire."), Filter),
    responses((status = 200, body = Questionnaire), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    deps.caller(&request).await?;
    let id: QuestionnaireId = request::path_id(&request, "questionnaireId")?;
    let filter: Filter = request::query(&request)?;
    let found = match filter.version {
        Some(version) => deps.table.questionnaire_version(id, version).await?,
        None => deps.table.questionnaire(id).await?,
    };
    Ok(response::ok(&found.ok_or(ApiError::NotFound)?))
}

/// Runs the function.
pub fn run() {
    serve::run(ROUTE, |deps, request| Box::pin(handle(deps, request)));
}
