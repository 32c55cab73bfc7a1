//! DELETE /conversations/{conversationId}/read: the envelope: back to just before the other side's last message.

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
    Route::new("mark-unread", "DELETE", "/conversations/{conversationId}/read", |deps, request| {
        Box::pin(handle(deps, request))
    });

/// Marks a chat unread
///
/// Where the other side has written nothing, nothing changes.
#[utoipa::path(
    delete, path = ROUTE.entry.path, tag = "Conversations",
    params(("conversationId" = Uuid, Path, description = "The conversation.")),
    responses((status = 200, body = ConversationView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let id: ConversationId = request::path_id(&request, "conversationId")?;
    let head = deps.table.conversation(id).await?.ok_or(ApiError::NotFound)?.visible_to(&caller)?;
    let side = caller.role().side();
    let mark = head.unread_mark(side);
    let write = async {
        let Some(mark) = mark else { return Ok(()) };
        Ok(deps.table.mark_unread(&head, &caller.person().user_id, mark).await?)
    };
    let chat = Entity::Conversation(id);
    tokio::try_join!(
        deps.record_read(deps.agent(&request, &caller), head.patient_id, Action::ReadConversation, chat),
        write
    )?;
    Ok(response::ok(&ConversationView::of(&head, side, mark.unwrap_or(0))))
}
