//! Filters of the stream's event sources: which changes are delivered to a consumer.

use serde::Serialize;

use crate::store::schema;

/// A kind of change that a consumer of the stream follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// New and changed conversations.
    Conversation,
    /// Changed encounters. A new one comes with its conversation.
    Encounter,
    /// New entries of conversations.
    NewEntry,
    /// Removed attachments.
    RemovedAttachment,
}

/// A filter in Lambda's syntax for event sources.
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

impl Filter {
    /// Whether Lambda delivers a record of this event and this sort key.
    pub(crate) fn lets_through(&self, event_name: &str, sort_key: &str) -> bool {
        let [pattern] = &self.dynamodb.keys.sk.s;
        self.event_name.contains(&event_name)
            && match pattern {
                Pattern::Is(exactly) => sort_key == *exactly,
                Pattern::Begins { prefix } => sort_key.starts_with(prefix),
            }
    }
}

impl Follows {
    /// The filter that lets these changes through.
    pub const fn filter(self) -> Filter {
        let (event_name, pattern): (&[&str], _) = match self {
            Self::Conversation => (&["INSERT", "MODIFY"], Pattern::Is(schema::HEAD)),
            Self::Encounter => (&["MODIFY"], Pattern::Is(schema::ENCOUNTER)),
            Self::NewEntry => (&["INSERT"], Pattern::Begins { prefix: schema::ENTRY_PREFIX }),
            Self::RemovedAttachment => (&["REMOVE"], Pattern::Begins { prefix: schema::ATTACHMENT_PREFIX }),
        };
        Filter { event_name, dynamodb: Keys { keys: SortKey { sk: Text { s: [pattern] } } } }
    }
}
