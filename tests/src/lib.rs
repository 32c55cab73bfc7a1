//! What the end-to-end suites stand on: a running stack, its people, and AWS behind it.
#![expect(clippy::missing_panics_doc, reason = "a test that can't go on panics, and says why")]

pub mod aws;
pub mod conversation;
pub mod eventually;
pub mod http;
pub mod published;
pub mod repository;
pub mod stack;
pub mod tokens;
pub mod xtask;

/// A new id: a UUID of version 7.
#[expect(clippy::disallowed_methods, reason = "tests make ids as clients do")]
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// A word of letters that no other test has.
pub fn new_word() -> String {
    let hex = new_id().replace('-', "");
    let letter =
        |digit: char| char::from(b'a' + u8::try_from(digit.to_digit(16).unwrap_or_default()).unwrap_or_default());
    hex.chars().rev().take(16).map(letter).collect()
}
