//! POST /conversations/{conversationId}/messages: sends a message, stored exactly once.

use domain::Timestamp;
use domain::attachment::{Attachment, AttachmentRef, MAX_PER_MESSAGE};
use domain::conversation::Conversation;
use domain::entry::{Content, Entry};
use domain::ids::{AttachmentId, ConversationId, MessageId};
use domain::person::Person;
use domain::text::{MessageText, TextError};
use lambda_http::Request;
use lambda_http::http::StatusCode;
use serde::Deserialize;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use shared::store::{Outgoing, Posting, Sent};
use utoipa::ToSchema;

use crate::messages::view::EntryView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("send-message", "POST", "/conversations/{conversationId}/messages", |deps, request| {
        Box::pin(handle(deps, request))
    });

/// A message to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMessage {
    /// Its id, a UUID of version 7 made by the client. Sending it again stores nothing more.
    #[schema(format = Uuid, pattern = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$", example = "01900000-0000-7000-8000-0000000000ff")]
    id: String,
    /// Its text: 1 to {max} characters; line breaks and tabs are the only control characters. Empty only with images.
    #[schema(example = "Is my potassium too high?")]
    text: String,
    /// The images that go with it: announced by the same sender in this conversation, uploaded or not.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, required = false)]
    attachment_ids: Vec<String>,
}

/// Sends a message
#[utoipa::path(
    post, path = ROUTE.entry.path, tag = "Conversations", request_body = NewMessage,
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
    let (message, text, images) = request::json::<NewMessage>(&request)?.checked()?;
    let (person, now, agent) = (caller.person(), deps.clock.now(), deps.agent(&request, &caller));
    let post = |head: &Conversation, found: &[Option<Attachment>]| {
        let posted = head.post(message, text.clone(), person, now)?;
        Ok::<_, ApiError>(posted.with_attachments(attached(found, person, now)?))
    };
    let decide = |head: &Conversation, found: &[Option<Attachment>]| {
        head.must_be_visible_to(&caller)?;
        let event = agent.as_ref().map(|agent| agent.sent(head.patient_id, id, message));
        Ok::<_, ApiError>(Posting { posted: post(head, found), event })
    };
    let outgoing = Outgoing { conversation: id, id: message, attachments: &images };
    match deps.table.send_message(outgoing, decide).await? {
        Sent::Now(entry) => {
            Ok(response::with_body(StatusCode::CREATED, "application/json", &EntryView::of(&entry, now)))
        }
        Sent::Before(entry) if is_same(&entry, &text, &images, person) => Ok(response::ok(&EntryView::of(&entry, now))),
        Sent::Before(_) => Err(ApiError::MessageIdReused),
    }
}

/// The images as the message holds them, if it may have them all. What is another's, another conversation's or another
/// message's looks the same as what does not exist.
fn attached(found: &[Option<Attachment>], by: &Person, now: Timestamp) -> Result<Vec<AttachmentRef>, ApiError> {
    let claim = |(index, found): (usize, &Option<Attachment>)| {
        let own = found.as_ref().filter(|found| found.may_be_sent_by(by, now));
        own.map(Attachment::attached).ok_or_else(|| {
            ApiError::invalid(format!("/attachmentIds/{index}"), "is no attachment of this conversation")
        })
    };
    found.iter().enumerate().map(claim).collect()
}

/// Whether a stored message is the one that is sent again: the same text and images by the same person.
fn is_same(entry: &Entry, sent: &MessageText, images: &[AttachmentId], by: &Person) -> bool {
    let Content::Message { text, attachments, .. } = &entry.content else { return false };
    let same_images = attachments.iter().map(|attached| attached.id).eq(images.iter().copied());
    text == sent && same_images && entry.sender.user_id == by.user_id
}

impl NewMessage {
    fn checked(self) -> Result<(MessageId, MessageText, Vec<AttachmentId>), ApiError> {
        let id = MessageId::from_outside(&self.id).map_err(|error| ApiError::invalid("/id", error))?;
        let images = self.images()?;
        let text = match MessageText::new(&self.text) {
            Err(TextError::Empty) if !images.is_empty() => MessageText::none(),
            text => text.map_err(|error| ApiError::invalid("/text", error))?,
        };
        Ok((id, text, images))
    }

    fn images(&self) -> Result<Vec<AttachmentId>, ApiError> {
        if self.attachment_ids.len() > MAX_PER_MESSAGE {
            return Err(ApiError::invalid("/attachmentIds", format!("has more than {MAX_PER_MESSAGE} images")));
        }
        let mut images = Vec::with_capacity(self.attachment_ids.len());
        for (index, text) in self.attachment_ids.iter().enumerate() {
            let refused = |detail: &dyn std::fmt::Display| ApiError::invalid(format!("/attachmentIds/{index}"), detail);
            let id: AttachmentId = text.parse().map_err(|error| refused(&error))?;
            if images.contains(&id) {
                return Err(refused(&"is given twice"));
            }
            images.push(id);
        }
        Ok(images)
    }
}
