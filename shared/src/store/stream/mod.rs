//! The table's stream: which changes its consumers follow, and what its records say.

mod filters;
mod records;

pub use filters::{Filter, Follows};
pub use records::{Change, ConversationChange, NewText, Record};
