//! A conversation as clients see it.

use domain::conversation::Conversation;
use domain::ids::EntryNumber;
use domain::lock::Status;
use domain::person::Side;
use jiff::Timestamp;
use serde::Serialize;
use shared::api_enum;
use shared::http::response::PersonView;
use utoipa::ToSchema;
use uuid::Uuid;

api_enum! {
    /// Whether a conversation takes messages.
    #[serde(rename_all = "lowercase")]
    #[schema(as = Status)]
    pub enum StatusView of Status {
        /// It takes messages; its encounter is in progress.
        Open,
        /// It takes none; its encounter is finished and archived.
        Closed,
    }
}

/// A conversation, as one caller sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Conversation)]
pub struct ConversationView {
    /// Its id.
    pub id: Uuid,
    /// The patient whom it is about.
    pub patient_id: Uuid,
    /// The chart's record of it.
    pub encounter_id: Uuid,
    /// Its title.
    #[schema(example = "Ask about a result")]
    pub title: String,
    /// Open or closed.
    pub status: StatusView,
    /// Whether it takes messages.
    pub can_reply: bool,
    /// Why it takes none: `conversation-closed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "conversation-closed")]
    pub reason: Option<&'static str>,
    /// The number of its last entry; 0 while it has none.
    #[schema(value_type = u64)]
    pub last_number: EntryNumber,
    /// When the last message was stored; `null` while there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_message_at: Option<Timestamp>,
    /// The beginning of the last message, on one line; empty where only images were sent.
    pub last_message_preview: Option<String>,
    /// How many images the last message holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2)]
    pub last_message_images: Option<u32>,
    /// Whether the other side wrote something that the caller has not read.
    pub unread: bool,
    /// Since when the patient waits for an answer, where they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub awaiting_reply_since: Option<Timestamp>,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Who began it.
    pub created_by: PersonView,
    /// Who closed it, while it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<PersonView>,
    /// Grows by one at each closing and reopening.
    pub lock_version: u64,
}

impl ConversationView {
    /// A conversation as someone on `side` sees it who has read up to `cursor`.
    pub fn of(head: &Conversation, side: Side, cursor: EntryNumber) -> Self {
        let open = head.status() == Status::Open;
        Self {
            id: head.id.uuid(),
            patient_id: head.patient_id.uuid(),
            encounter_id: head.encounter_id.uuid(),
            title: head.title.as_str().to_owned(),
            status: head.status().into(),
            can_reply: open,
            reason: (!open).then_some("conversation-closed"),
            last_number: head.last_number,
            last_message_at: head.last_message.as_ref().map(|message| message.at),
            last_message_preview: head.last_message.as_ref().map(|message| message.preview.clone()),
            last_message_images: head.last_message.as_ref().map(|message| message.images).filter(|images| *images > 0),
            unread: head.unread(side, cursor),
            awaiting_reply_since: head.awaiting_reply_since,
            created_at: head.created_at,
            created_by: PersonView::of(&head.created_by),
            closed_by: (!open).then(|| PersonView::of(&head.lock.changed_by)),
            lock_version: head.lock.version.get(),
        }
    }
}
