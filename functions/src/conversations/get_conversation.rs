//! GET /conversations/{conversationId}: a chat; for its participants.

use domain::audit::{Action, Entity};
use domain::ids::ConversationId;
use lambda_http::Request;
use shared::http::problem::ApiError;
use shared::http::{request, response};

use crate::conversations::view::ConversationView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("get-conversation", "GET", "/conversations/{conversationId}", |deps, request| {
        Box::pin(handle(deps, request))
    });

/// A chat
#[utoipa::path(
    get, path = ROUTE.entry.path, tag = "Conversations",
    params(("conversationId" = Uuid, Path, description = "The conversation.")),
    responses((status = 200, body = ConversationView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let id: ConversationId = request::path_id(&request, "conversationId")?;
    let head = deps.table.conversation(id).await?.ok_or(ApiError::NotFound)?.visible_to(&caller)?;
    let (patient, chat) = (head.patient_id, Entity::Conversation(id));
    let ((), cursor) = tokio::try_join!(
        deps.record_read(deps.agent(&request, &caller), patient, Action::ReadConversation, chat),
        async { Ok(deps.table.read_cursor(patient, &caller.person().user_id, id).await?) },
    )?;
    Ok(response::ok(&ConversationView::of(&head, caller.role().side(), cursor)))
}
