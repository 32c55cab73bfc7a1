//! What the end-to-end suites stand on: a running stack, its people, and AWS behind it.
#![expect(clippy::missing_panics_doc, reason = "a test that can't go on panics, and says why")]

pub mod aws;
pub mod conversation;
pub mod deployment;
pub mod eventually;
pub mod http;
pub mod ids;
pub mod published;
pub mod repository;
pub mod stack;
pub mod tokens;
pub mod xtask;

pub use ids::{new_id, new_word};
