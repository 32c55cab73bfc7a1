//! GET /questionnaires/{questionnaireId}: a form as it is, or as it was asked in one of its versions.

use domain::ids::QuestionnaireId;
use lambda_http::Request;
use serde::Deserialize;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use utoipa::IntoParams;

use crate::configuration::questionnaire_view::QuestionnaireView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("get-questionnaire", "GET", "/questionnaires/{questionnaireId}", |deps, request| {
        Box::pin(handle(deps, request))
    });

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
    get, path = ROUTE.entry.path, tag = "Configuration",
    params(("questionnaireId" = Uuid, Path, description = "The questionnaire."), Filter),
    responses((status = 200, body = QuestionnaireView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    deps.caller(&request).await?;
    let id: QuestionnaireId = request::path_id(&request, "questionnaireId")?;
    let filter: Filter = request::query(&request)?;
    let found = match filter.version {
        Some(version) => deps.table.questionnaire_version(id, version).await?,
        None => deps.table.questionnaire(id).await?,
    };
    Ok(response::ok(&QuestionnaireView::from(found.ok_or(ApiError::NotFound)?)))
}
