//! Entries: what stands in a conversation, numbered 1, 2, 3 ... without gaps (rule 5).

use super::Timestamp;
use super::ids::MessageId;
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
        /// Its text.
        text: MessageText,
        /// The answered questionnaire, on the first message of a chat that began with one.
        response: Option<QuestionnaireResponse>,
    },
    /// A closing or reopening: the state is the version's.
    Status(LockVersion),
}

impl Entry {
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
