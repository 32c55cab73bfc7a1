//! Ids: a type for each kind of id, so that they can't be confused, and entry numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::Timestamp;

/// The number of an entry in its conversation, counted from 1.
pub type EntryNumber = u64;

/// Why a text is not a valid id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not a UUID.
    #[error("is not a UUID")]
    NotAUuid,
    /// A UUID, but not of version 7 (RFC 9562), which ids created by clients must be.
    #[error("is not a UUID of version 7")]
    NotVersion7,
}

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an id that was created in this system.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// Parses an id that a client created; it must be a UUID of version 7.
            pub fn from_outside(text: &str) -> Result<Self, IdError> {
                let id: Self = text.parse()?;
                if id.0.get_version_num() == 7 { Ok(id) } else { Err(IdError::NotVersion7) }
            }

            /// The UUID.
            pub const fn uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| IdError::NotAUuid)
            }
        }
    )*};
}

uuid_id! {
    /// An attachment's id.
    AttachmentId;
    /// An audit event's id.
    AuditEventId;
    /// An order's or a linked document's id, created by the client or the server.
    ChartItemId;
    /// A conversation's id.
    ConversationId;
    /// An encounter's id.
    EncounterId;
    /// A message's id, created by the client that sends it.
    MessageId;
    /// A patient's id, assigned by the medical record system.
    PatientId;
    /// A questionnaire's id.
    QuestionnaireId;
    /// A task's id.
    TaskId;
}

impl MessageId {
    /// The time in the id, by the client's clock (RFC 9562, section 5.7); none if it is not of version 7.
    pub fn made_at(&self) -> Option<Timestamp> {
        let (seconds, nanoseconds) = self.0.get_timestamp()?.to_unix();
        Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanoseconds).ok()?).ok()
    }
}

/// A user's id at the `OpenID` Connect issuer: the `sub` claim of the token.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// The maximum length of a subject (`OpenID` Connect Core 1.0, section 2).
    pub const MAX_LENGTH: usize = 255;

    /// Validates a subject. Returns `None` if it is empty, too long or contains control characters.
    pub fn new(subject: &str) -> Option<Self> {
        let fits = !subject.is_empty() && subject.len() <= Self::MAX_LENGTH;
        (fits && !subject.chars().any(char::is_control)).then(|| Self(subject.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_from_outside_are_version_7() {
        assert!(MessageId::from_outside("01900000-0000-7000-8000-00000000000a").is_ok());
        let version_4 = "6f1c9a52-6a0e-4a0e-9a2e-0d8a2f6f0c11";
        assert_eq!(MessageId::from_outside(version_4), Err(IdError::NotVersion7));
        assert_eq!(MessageId::from_outside("CONV#1"), Err(IdError::NotAUuid));
    }

    #[test]
    fn subjects_are_printable_and_bounded() {
        assert!(UserId::new("auth0|5f7c").is_some());
        assert!(UserId::new("").is_none());
        assert!(UserId::new("a\u{0}b").is_none());
        assert!(UserId::new(&"a".repeat(256)).is_none());
    }
}
