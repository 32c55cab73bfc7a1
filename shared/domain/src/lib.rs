//! The domain: what conversations, encounters and tasks are and the rules that always hold.
//!
//! Nothing here knows AWS, Lambda, HTTP or `OpenAPI` (`tests/dependencies.rs` holds that). Time and ids are passed in.

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
pub mod notice;
pub mod patient;
pub mod person;
pub mod questionnaire;
pub mod read_cursor;
pub mod search;
pub mod settings;
pub mod task;
pub mod text;

/// A moment, in UTC; stored and shown with milliseconds.
pub type Timestamp = jiff::Timestamp;
