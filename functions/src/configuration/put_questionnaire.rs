//! PUT /questionnaires/{questionnaireId}: makes or changes a form, as a new version; for administrators.

use domain::catalogue::Draft;
use domain::ids::QuestionnaireId;
use lambda_http::{Request, RequestExt as _};
use shared::http::problem::{ApiError, Problem};
use shared::http::{request, response};

use crate::configuration::questionnaire_view::{QuestionnaireDraft, QuestionnaireView};
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("put-questionnaire", "PUT", "/questionnaires/{questionnaireId}", |deps, request| {
        Box::pin(handle(deps, request))
    });

/// Makes or changes a form
///
/// A change is a new version; what was answered before can still be read as it was asked. Repeating it changes nothing.
#[utoipa::path(
    put, path = ROUTE.entry.path, tag = "Configuration",
    request_body(content = QuestionnaireDraft, example = json!({
        "title": "Ask about a result",
        "description": "For questions about a laboratory or imaging result.",
        "items": [
            {"linkId": "kind", "text": "Which result?", "type": "choice", "required": true, "options": ["Blood test", "X-ray"]},
            {"linkId": "question", "text": "What would you like to know?", "type": "text", "required": true},
        ],
        "active": true,
        "encounterType": "Results",
    })),
    params(("questionnaireId" = Uuid, Path, pattern = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$", description = "The questionnaire; a UUID of version 7.")),
    responses(
        (status = 200, body = QuestionnaireView),
        (status = 409, description = "`last-active-questionnaire`, `questionnaire-changed`", body = Problem,
            content_type = "application/problem+json"),
        Refusals
    )
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    deps.caller(&request).await?.must_be_admin()?;
    let id = QuestionnaireId::from_outside(request.path_parameters().first("questionnaireId").unwrap_or_default());
    let id = id.map_err(|error| ApiError::invalid("{questionnaireId}", error))?;
    let draft: QuestionnaireDraft = request::json(&request)?;
    let questionnaire = deps.table.put_questionnaire::<ApiError>(id, &Draft::from(draft).checked(id)?).await?;
    Ok(response::ok(&QuestionnaireView::from(questionnaire)))
}
