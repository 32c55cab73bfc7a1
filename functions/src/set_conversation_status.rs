//! PUT /conversations/{conversationId}/status: closes or reopens a chat; the stream carries it to the encounter.

use lambda_http::Request;
use serde::Deserialize;
use shared::domain::audit::{Action, Agent, AuditEvent, Entity};
use shared::domain::conversation::Conversation;
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
    let (person, now, agent) = (caller.person(), deps.clock.now(), deps.agent(&request, &caller));
    let decide = |head: Option<Conversation>| {
        let head = head.ok_or(ApiError::NotFound)?.visible_to(&caller)?;
        let changed = head.set_status(change.status, person, now);
        Ok::<_, ApiError>((head, changed))
    };
    let event =
        |head: &Conversation, changes: bool| Some(event(agent.as_ref()?, head, changes.then_some(change.status)));
    let (head, cursor) = deps.table.change_conversation(id, &person.user_id, decide, event).await?;
    Ok(response::ok(&ConversationView::of(&head, person.role.side(), cursor)))
}

/// What staff did: changed the status, or only saw it.
fn event(agent: &Agent, head: &Conversation, changed_to: Option<Status>) -> AuditEvent {
    let chat = Entity::Conversation(head.id);
    match changed_to {
        Some(Status::Closed) => agent.changed(head.patient_id, Action::CloseConversation, chat),
        Some(Status::Open) => agent.changed(head.patient_id, Action::ReopenConversation, chat),
        None => agent.read(head.patient_id, Action::ReadConversation, chat),
    }
}

/// Runs the function.
pub fn run() {
    serve::run(ROUTE, |deps, request| Box::pin(handle(deps, request)));
}
