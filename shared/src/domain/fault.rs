//! What is wrong with a value that someone wrote, and where it stands.

use std::fmt;

/// A value that can be read, but not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer} {detail}")]
pub struct Fault {
    /// Where it stands (a JSON pointer, RFC 6901).
    pub pointer: String,
    /// What is wrong with it; never quotes it.
    pub detail: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(pointer: impl Into<String>, detail: impl fmt::Display) -> Self {
        Self { pointer: pointer.into(), detail: detail.to_string() }
    }
}
