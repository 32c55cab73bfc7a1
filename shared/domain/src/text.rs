//! Texts: validation of messages, titles and other texts that users write, and previews.

use std::fmt;

use unicode_segmentation::UnicodeSegmentation;

/// Why a text is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Empty, or only white space.
    #[error("is empty")]
    Empty,
    /// Too many characters.
    #[error("is longer than {0} characters")]
    TooLong(usize),
    /// Contains a control character (Unicode category Cc) that is not allowed.
    #[error("holds a control character")]
    ControlCharacter,
}

/// The text of a message. Line breaks and tabs are the only control characters allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageText(String);

impl MessageText {
    /// The maximum length in characters (Unicode scalar values).
    pub const MAX_LENGTH: usize = 10_000;

    /// Validates a text and normalizes its line breaks to `\n`.
    pub fn new(text: &str) -> Result<Self, TextError> {
        multi_line(text, Self::MAX_LENGTH).map(Self)
    }

    /// The empty text of a message that only has images.
    pub const fn none() -> Self {
        Self(String::new())
    }

    /// A text from the table, validated when it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A conversation's title: one line, trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// The maximum length in characters (Unicode scalar values).
    pub const MAX_LENGTH: usize = 200;

    /// Validates and trims a title.
    pub fn new(title: &str) -> Result<Self, TextError> {
        one_line(title, Self::MAX_LENGTH).map(Self)
    }

    /// A title from the table, validated when it was stored.
    pub fn from_store(title: String) -> Self {
        Self(title)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Validates and trims a text on one line: 1 to `max` characters, without control characters.
pub fn one_line(text: &str, max: usize) -> Result<String, TextError> {
    let text = text.trim();
    check(text, max, |_| false)?;
    Ok(text.to_owned())
}

/// Validates a text of 1 to `max` characters and normalizes its line breaks. No other control characters but tabs are
/// allowed.
pub fn multi_line(text: &str, max: usize) -> Result<String, TextError> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    check(&text, max, |c| c == '\n' || c == '\t')?;
    Ok(text)
}

fn check(text: &str, max: usize, allowed: fn(char) -> bool) -> Result<(), TextError> {
    if text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    if text.chars().count() > max {
        return Err(TextError::TooLong(max));
    }
    if text.chars().any(|c| c.is_control() && !allowed(c)) {
        return Err(TextError::ControlCharacter);
    }
    Ok(())
}

/// The maximum size of a preview in bytes: the head of a conversation must stay under 1 KB (see `store::schema`).
pub const PREVIEW_MAX_BYTES: usize = 120;

/// The beginning of a message on one line, cut between grapheme clusters.
pub fn preview(text: &MessageText) -> String {
    let mut line = String::new();
    for word in text.as_str().split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        // The rest would be cut off anyway.
        if line.len() > PREVIEW_MAX_BYTES {
            break;
        }
    }
    if line.len() <= PREVIEW_MAX_BYTES {
        return line;
    }
    let mut cut = String::new();
    for grapheme in line.graphemes(true) {
        if cut.len() + grapheme.len() + '…'.len_utf8() > PREVIEW_MAX_BYTES {
            break;
        }
        cut.push_str(grapheme);
    }
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn messages_are_validated() {
        assert_eq!(MessageText::new(" \n\t"), Err(TextError::Empty));
        assert!(MessageText::new(&"é".repeat(MessageText::MAX_LENGTH)).is_ok());
        assert_eq!(
            MessageText::new(&"é".repeat(MessageText::MAX_LENGTH + 1)),
            Err(TextError::TooLong(MessageText::MAX_LENGTH))
        );
        assert_eq!(MessageText::new("a\u{7}b"), Err(TextError::ControlCharacter));
        assert_eq!(MessageText::new("a\r\nb\rc\td").unwrap().as_str(), "a\nb\nc\td");
    }

    #[test]
    fn titles_are_validated() {
        assert_eq!(Title::new("  Results  ").unwrap().as_str(), "Results");
        assert_eq!(Title::new("a\nb"), Err(TextError::ControlCharacter));
        assert_eq!(Title::new(&"t".repeat(201)), Err(TextError::TooLong(200)));
    }

    proptest! {
        #[test]
        fn previews_are_short_and_start_like_the_text(text in "\\PC{1,400}") {
            prop_assume!(!text.trim().is_empty());
            let Ok(text) = MessageText::new(&text) else { return Ok(()) };
            let cut = preview(&text);
            prop_assert!(cut.len() <= PREVIEW_MAX_BYTES);
            let line = text.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert!(line.starts_with(cut.trim_end_matches('…')) || cut.ends_with('…'));
        }
    }
}
