//! PUT /conversations/{conversationId}/read: the caller, and nobody else, has read a chat up to a number.

use domain::audit::{Action, Entity};
use domain::ids::{ConversationId, EntryNumber};
use lambda_http::Request;
use serde::Deserialize;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use utoipa::ToSchema;

use crate::conversations::view::ConversationView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("mark-read", "PUT", "/conversations/{conversationId}/read", |deps, request| {
        Box::pin(handle(deps, request))
    });

/// How far someone has read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReadUpTo {
    /// The number of the last entry read. It never moves back, nor past the last entry.
    #[schema(value_type = u64, format = "uint64", example = 3)]
    up_to: EntryNumber,
}

/// Marks a chat read
#[utoipa::path(
    put, path = ROUTE.entry.path, tag = "Conversations", request_body = ReadUpTo,
    params(("conversationId" = Uuid, Path, description = "The conversation.")),
    responses((status = 200, body = ConversationView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let id: ConversationId = request::path_id(&request, "conversationId")?;
    let read: ReadUpTo = request::json(&request)?;
    let head = deps.table.conversation(id).await?.ok_or(ApiError::NotFound)?.visible_to(&caller)?;
    let ((), cursor) = tokio::try_join!(
        deps.record_read(
            deps.agent(&request, &caller),
            head.patient_id,
            Action::ReadConversation,
            Entity::Conversation(id)
        ),
        async { Ok(deps.table.mark_read(&head, &caller.person().user_id, read.up_to).await?) },
    )?;
    Ok(response::ok(&ConversationView::of(&head, caller.role().side(), cursor)))
}
