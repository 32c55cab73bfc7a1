//! Ids and words that no other test has.

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
