//! The store: one `DynamoDB` table, one method per access pattern.
//!
//! Every write is conditional on what was read, so that two writers never overwrite each other. A
//! writer that loses reads again and tries again, with jitter and not for ever; what is then left is
//! [`StoreError::Busy`], and nothing was written.

mod attachment_state;
mod attachments;
mod audit_events;
mod cached_settings;
mod chart_items;
mod configuration;
mod contacts;
mod conversations;
mod decision;
mod digest_rebuild;
mod digests;
mod encounters;
mod entries;
mod error;
mod items;
mod notification_watermarks;
mod patients;
mod raw;
mod read_cursors;
mod recovery;
pub mod schema;
mod search;
pub mod stream;
mod table;
mod tasks;
mod text_codec;

pub use attachments::Settled;
pub use cached_settings::CachedSettings;
pub use chart_items::Added;
pub use conversations::{ConversationPage, Created, Idempotency, Outgoing, Posting, Sent};
pub use decision::{ChangeError, Decision};
pub use digest_rebuild::Rebuilt;
pub use entries::OpenedChat;
pub use error::StoreError;
pub use items::Versioned;
pub use raw::{RawItem, RawRecord};
pub use recovery::{Difference, record_of};
pub use table::{Page, Position, Table};
pub use tasks::{TaskChange, TaskPage};
