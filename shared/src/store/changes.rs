//! The table's stream: which changes its consumers follow.

use serde::Serialize;

use super::schema;

/// Changes of items that a consumer of the stream follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// A conversation's head that is new or changed.
    ConversationHead,
    /// An encounter that is changed: its making changes nothing else.
    Encounter,
    /// A new entry of a conversation.
    NewEntry,
    /// An attachment that is removed.
    AttachmentEnd,
}

/// A filter of an event source, as Lambda has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    event_name: &'static [&'static str],
    dynamodb: Keys,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    keys: SortKey,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct SortKey {
    sk: Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct Text {
    s: [Pattern; 1],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Pattern {
    Is(&'static str),
    Begins { prefix: &'static str },
}

impl Follows {
    /// The event source's filter for these changes.
    pub const fn filter(self) -> Filter {
        let (event_name, pattern): (&[&str], _) = match self {
            Self::ConversationHead => (&["INSERT", "MODIFY"], Pattern::Is(schema::HEAD)),
            Self::Encounter => (&["MODIFY"], Pattern::Is(schema::ENCOUNTER)),
            Self::NewEntry => (&["INSERT"], Pattern::Begins { prefix: schema::ENTRY_PREFIX }),
            Self::AttachmentEnd => (&["REMOVE"], Pattern::Begins { prefix: schema::ATTACHMENT_PREFIX }),
        };
        Filter { event_name, dynamodb: Keys { keys: SortKey { sk: Text { s: [pattern] } } } }
    }
}
