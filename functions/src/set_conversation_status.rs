//! PUT /conversations/{conversationId}/status: closes or reopens a chat; the stream carries it to the encounter.

use lambda_http::Request;
use serde::Deserialize;
use shared::domain::ids::ConversationId;
use shared::domain::lock::Status;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use utoipa::ToSchema;

use crate::deps::Deps;
use crate::openapi::Refusals;
use crate::routes::Route;
use crate::serve::{self, Answer};
use crate::views::ConversationView;

/// This function's route.
pub const ROUTE: Route = Route::new("set-conversation-status", "PUT", "/conversations/{conversationId}/status");

/// What the chat shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusChange {
    /// Open or closed.
    status: Status,
}

/// Closes or reopens a chat
///
/// Repeating it changes nothing.
#[utoipa::path(
    put, path = "/conversations/{conversationId}/status", tag = "Conversations", request_body = StatusChange,
    params(("conversationId" = Uuid, Path, description = "The conversation.")),
    responses((status = 200, body = ConversationView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let id: ConversationId = request::path_id(&request, "conversationId")?;
    let change: StatusChange = request::json(&request)?;
    let (person, now) = (caller.person(), deps.clock.now());
    let changed = deps.table.change_conversation(id, &person.user_id, |head| {
        let head = head.ok_or(ApiError::NotFound)?.visible_to(&caller)?;
        let changed = head.set_status(change.status, person, now);
        Ok::<_, ApiError>((head, changed))
    });
    let (head, cursor) = changed.await?;
    Ok(response::ok(&ConversationView::of(&head, person.role.side(), cursor)))
}

/// Runs the function.
pub fn run() {
    serve::run(ROUTE, |deps, request| Box::pin(handle(deps, request)));
}
