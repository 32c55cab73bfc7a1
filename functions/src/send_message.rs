//! POST /conversations/{conversationId}/messages: sends a message, stored exactly once.

use lambda_http::Request;
use lambda_http::http::StatusCode;
use serde::Deserialize;
use shared::domain::entry::{Content, Entry};
use shared::domain::ids::{ConversationId, MessageId};
use shared::domain::person::Person;
use shared::domain::text::MessageText;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use shared::store::Sent;
use utoipa::ToSchema;

use crate::deps::Deps;
use crate::openapi::Refusals;
use crate::routes::Route;
use crate::serve::{self, Answer};
use crate::views::EntryView;

/// This function's route.
pub const ROUTE: Route = Route::new("send-message", "POST", "/conversations/{conversationId}/messages");

/// A message to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMessage {
    /// Its id, a UUID of version 7 made by the client. Sending it again stores nothing more.
    #[schema(format = Uuid, pattern = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$", example = "01900000-0000-7000-8000-0000000000ff")]
    id: String,
    /// Its text: 1 to 10,000 characters; line breaks and tabs are the only control characters.
    #[schema(example = "Is my potassium too high?", min_length = 1, max_length = 10_000)]
    text: String,
    /// The images that go with it.
    #[serde(default)]
    #[schema(max_items = 0)]
    attachment_ids: Vec<String>,
}

/// Sends a message
#[utoipa::path(
    post, path = "/conversations/{conversationId}/messages", tag = "Conversations", request_body = NewMessage,
    params(("conversationId" = Uuid, Path, description = "The conversation.")),
    responses(
        (status = 201, description = "Stored now", body = EntryView),
        (status = 200, description = "Stored before: the same message was sent again", body = EntryView),
        (status = 409, description = "`conversation-closed`: nothing was stored", body = shared::http::problem::Problem, content_type = "application/problem+json"),
        Refusals
    )
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let id: ConversationId = request::path_id(&request, "conversationId")?;
    let (message, text) = request::json::<NewMessage>(&request)?.checked()?;
    let (person, now, agent) = (caller.person(), deps.clock.now(), deps.agent(&request, &caller));
    let sent = deps.table.send_message(
        id,
        message,
        agent.as_ref(),
        |head| Ok(head.ok_or(ApiError::NotFound)?.visible_to(&caller)?),
        |head| Ok(head.post(message, text.clone(), None, person, now)?),
        now,
    );
    match sent.await? {
        Sent::Now(entry) => Ok(response::with_body(StatusCode::CREATED, "application/json", &EntryView::of(&entry))),
        Sent::Before(entry) if is_same(&entry, &text, person) => Ok(response::ok(&EntryView::of(&entry))),
        Sent::Before(_) => Err(ApiError::MessageIdReused),
    }
}

/// Whether a stored message is the one that is sent again: the same text by the same person.
fn is_same(entry: &Entry, sent: &MessageText, by: &Person) -> bool {
    let same_text = matches!(&entry.content, Content::Message { text, .. } if text == sent);
    same_text && entry.sender.user_id == by.user_id
}

impl NewMessage {
    fn checked(self) -> Result<(MessageId, MessageText), ApiError> {
        let id = MessageId::from_outside(&self.id).map_err(|error| ApiError::invalid("/id", error))?;
        let text = MessageText::new(&self.text).map_err(|error| ApiError::invalid("/text", error))?;
        if !self.attachment_ids.is_empty() {
            return Err(ApiError::invalid("/attachmentIds/0", "is no attachment of this conversation"));
        }
        Ok((id, text))
    }
}

/// Runs the function.
pub fn run() {
    serve::run(ROUTE, |deps, request| Box::pin(handle(deps, request)));
}
