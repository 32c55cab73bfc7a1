//! Messages of 1 KB, as patients write them.

/// In English, about a blood test.
pub const LETTER: &str = include_str!("texts/letter.txt");

/// In Spanish, about something else.
pub const CARTA: &str = include_str!("texts/carta.txt");
