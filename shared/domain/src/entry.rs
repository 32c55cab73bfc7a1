//! Entries: the messages and status changes of a conversation, numbered 1, 2, 3 ... without gaps (rule 5).

use crate::attachment::{AttachmentRef, AttachmentState};
use crate::ids::{AttachmentId, EntryNumber, MessageId};
use crate::lock::{Lock, LockVersion};
use crate::person::Person;
use crate::questionnaire::QuestionnaireResponse;
use crate::text::MessageText;
use crate::time::Timestamp;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub number: EntryNumber,
    /// Who sent the message, or closed or reopened the conversation.
    pub sender: Person,
    /// When it was stored.
    pub sent_at: Timestamp,
    /// The message or status change.
    pub content: Content,
}

/// The content of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A message.
    Message {
        /// Its id, created by the client.
        id: MessageId,
        /// Its text; empty only if it has attachments.
        text: MessageText,
        /// The answered questionnaire, if the conversation started with one and this is its first message.
        response: Option<QuestionnaireResponse>,
        /// Its images.
        attachments: Vec<AttachmentRef>,
    },
    /// A closing or reopening; the version determines which.
    Status(LockVersion),
}

impl Entry {
    /// The entry with a new state of one of its attachments.
    #[must_use]
    pub fn with_state(mut self, id: AttachmentId, state: AttachmentState) -> Self {
        if let Content::Message { attachments, .. } = &mut self.content {
            for attached in attachments.iter_mut().filter(|attached| attached.id == id) {
                attached.state = state;
            }
        }
        self
    }

    /// The lock change that a status entry records.
    pub fn lock(&self) -> Option<Lock> {
        match self.content {
            Content::Status(version) => {
                Some(Lock { version, changed_at: self.sent_at, changed_by: self.sender.clone() })
            }
            Content::Message { .. } => None,
        }
    }
}
