//! Entries: what stands in a conversation, numbered 1, 2, 3 ... without gaps (rule 5).

use super::Timestamp;
use super::attachment::{Attached, State};
use super::ids::{AttachmentId, MessageId};
use super::lock::{Lock, LockVersion};
use super::person::Person;
use super::questionnaire::QuestionnaireResponse;
use super::text::MessageText;

/// An entry's place in its conversation, counted from 1.
pub type Number = u64;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub number: Number,
    /// Who wrote it, or who closed or reopened.
    pub sender: Person,
    /// When it was stored.
    pub sent_at: Timestamp,
    /// What it says.
    pub content: Content,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A message.
    Message {
        /// Its id, made by the client.
        id: MessageId,
        /// Its text; empty only where attachments stand for it.
        text: MessageText,
        /// The answered questionnaire, on the first message of a chat that began with one.
        response: Option<QuestionnaireResponse>,
        /// Its images.
        attachments: Vec<Attached>,
    },
    /// A closing or reopening: the state is the version's.
    Status(LockVersion),
}

impl Entry {
    /// The entry with what became of one of its attachments; the text is never touched.
    #[must_use]
    pub fn with_state(mut self, id: AttachmentId, state: State) -> Self {
        if let Content::Message { attachments, .. } = &mut self.content {
            for attached in attachments.iter_mut().filter(|attached| attached.id == id) {
                attached.state = state;
            }
        }
        self
    }

    /// The lock's change that a status entry records.
    pub fn lock(&self) -> Option<Lock> {
        match self.content {
            Content::Status(version) => {
                Some(Lock { version, changed_at: self.sent_at, changed_by: self.sender.clone() })
            }
            Content::Message { .. } => None,
        }
    }
}
