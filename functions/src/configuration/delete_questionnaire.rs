//! DELETE /questionnaires/{questionnaireId}: takes a form off the list; for administrators.

use domain::ids::QuestionnaireId;
use lambda_http::Request;
use shared::http::problem::{ApiError, Problem};
use shared::http::{request, response};

use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("delete-questionnaire", "DELETE", "/questionnaires/{questionnaireId}", |deps, request| {
        Box::pin(handle(deps, request))
    });

/// Takes a form off the list
///
/// Its versions can still be read, so that what was answered can be shown as it was asked.
#[utoipa::path(
    delete, path = ROUTE.entry.path, tag = "Configuration",
    params(("questionnaireId" = Uuid, Path, description = "The questionnaire.")),
    responses(
        (status = 204, description = "It is off the list."),
        (status = 409, description = "`last-active-questionnaire`", body = Problem,
            content_type = "application/problem+json"),
        Refusals
    )
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    deps.caller(&request).await?.must_be_admin()?;
    let id: QuestionnaireId = request::path_id(&request, "questionnaireId")?;
    deps.table.delete_questionnaire::<ApiError>(id).await?;
    Ok(response::no_content())
}
