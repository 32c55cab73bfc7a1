//! A conversation's entries as clients see them: messages, closings and reopenings.

use domain::entry::{Content, Entry};
use domain::ids::EntryNumber;
use jiff::Timestamp;
use serde::Serialize;
use shared::http::response::PersonView;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::attachments::view::AttachmentView;
use crate::conversations::view::StatusView;
use crate::messages::response_view::QuestionnaireResponseView;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A message.
    Message,
    /// A closing or reopening.
    Status,
}

/// An entry of a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Entry)]
pub struct EntryView {
    /// Its place: 1, 2, 3 ... without gaps.
    #[schema(value_type = u64)]
    pub number: EntryNumber,
    /// What it is.
    pub kind: EntryKind,
    /// The message's id, made by the client that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Who wrote it, or who closed or reopened.
    pub sender: PersonView,
    /// The message's text; empty where its images say it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The message's images, and how far each has come.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub attachments: Vec<AttachmentView>,
    /// The answered questionnaire, on the first message of a chat that began with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub questionnaire_response: Option<QuestionnaireResponseView>,
    /// What the conversation became, on a status entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusView>,
    /// When it was stored.
    #[schema(value_type = String, format = DateTime)]
    pub sent_at: Timestamp,
}

impl EntryView {
    /// An entry as participants see it now.
    pub fn of(entry: &Entry, now: Timestamp) -> Self {
        let base = Self {
            number: entry.number,
            kind: EntryKind::Status,
            id: None,
            sender: PersonView::of(&entry.sender),
            text: None,
            attachments: Vec::new(),
            questionnaire_response: None,
            status: None,
            sent_at: entry.sent_at,
        };
        match &entry.content {
            Content::Status(version) => Self { status: Some(version.status().into()), ..base },
            Content::Message { id, text, response, attachments } => Self {
                kind: EntryKind::Message,
                id: Some(id.uuid()),
                text: Some(text.as_str().to_owned()),
                attachments: attachments.iter().map(|it| AttachmentView::of(*it, entry.sent_at, now)).collect(),
                questionnaire_response: response.clone().map(QuestionnaireResponseView::from),
                ..base
            },
        }
    }
}
