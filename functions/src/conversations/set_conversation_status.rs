//! PUT /conversations/{conversationId}/status: closes or reopens a chat; the stream carries it to the encounter.

use domain::audit::{Action, Agent, AuditEvent, Entity};
use domain::conversation::Conversation;
use domain::ids::ConversationId;
use domain::lock::Status;
use lambda_http::Request;
use serde::Deserialize;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use shared::store::Decision;
use utoipa::ToSchema;

use crate::conversations::view::{ConversationView, StatusView};
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("set-conversation-status", "PUT", "/conversations/{conversationId}/status", |deps, request| {
        Box::pin(handle(deps, request))
    });

/// What the chat shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusChange {
    /// Open or closed.
    status: StatusView,
}

/// Closes or reopens a chat
///
/// Repeating it changes nothing.
#[utoipa::path(
    put, path = ROUTE.entry.path, tag = "Conversations", request_body = StatusChange,
    params(("conversationId" = Uuid, Path, description = "The conversation.")),
    responses((status = 200, body = ConversationView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let id: ConversationId = request::path_id(&request, "conversationId")?;
    let change: StatusChange = request::json(&request)?;
    let status = change.status.into();
    let (person, now, agent) = (caller.person(), deps.clock.now(), deps.agent(&request, &caller));
    let decide = |head: &Conversation| {
        head.must_be_visible_to(&caller)?;
        let change = head.set_status(status, person, now);
        let event = agent.as_ref().map(|agent| event(agent, head, change.as_ref().map(|_| status)));
        Ok::<_, ApiError>(Decision { change, event })
    };
    let (head, cursor) = deps.table.change_conversation(id, &person.user_id, decide).await?;
    Ok(response::ok(&ConversationView::of(&head, person.role.side(), cursor)))
}

/// Staff changed the status, or only saw it.
fn event(agent: &Agent, head: &Conversation, changed_to: Option<Status>) -> AuditEvent {
    let chat = Entity::Conversation(head.id);
    match changed_to {
        Some(Status::Closed) => agent.changed(head.patient_id, Action::CloseConversation, chat),
        Some(Status::Open) => agent.changed(head.patient_id, Action::ReopenConversation, chat),
        None => agent.read(head.patient_id, Action::ReadConversation, chat),
    }
}
