//! The domain: conversations, encounters and tasks, and the rules that always hold for them.
//!
//! It depends on no AWS, Lambda, HTTP or `OpenAPI` crate; `tests/dependencies.rs` checks that. Callers pass in the
//! time and new ids. Rule numbers in comments refer to `docs/glossary.md`.

pub mod access;
pub mod attachment;
pub mod audit;
pub mod catalogue;
pub mod chart_item;
pub mod contact;
pub mod conversation;
pub mod encounter;
pub mod entry;
pub mod fault;
pub mod ids;
pub mod lock;
pub mod notification;
pub mod patient;
pub mod person;
pub mod questionnaire;
pub mod read_cursor;
pub mod search;
pub mod settings;
pub mod task;
pub mod text;
pub mod time;

#[cfg(test)]
mod samples;

pub use time::Timestamp;
