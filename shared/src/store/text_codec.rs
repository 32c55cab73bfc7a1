//! How a message's text is stored: as it is, or Brotli-compressed (RFC 7932) where that saves something.
//!
//! `DynamoDB` charges by size. Brotli's built-in dictionary makes even short texts in common languages
//! much smaller: 1 KB of English becomes about 430 bytes, so that such a message costs one write unit
//! instead of two and a page of 50 half the read units. See docs/decisions/0003-compressed-texts.md.

use std::fmt;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Texts shorter than this, in bytes, stay as they are.
const WORTHWHILE: usize = 256;
/// One below the best that Brotli can do: 2% larger, at a part of the processor time, while the sender waits. All below leave a
/// sixth more, with which a page of letters costs more read units than the design allows.
const QUALITY: i32 = 10;
/// A window of 2^18 bytes. With a smaller one this encoder clears far more memory and finds less.
const WINDOW: i32 = 18;
/// Far more than any text that was accepted; a corrupt item must not exhaust the memory.
const MAX_TEXT: u64 = 1024 * 1024;

/// A text as it is stored: a string attribute, or a binary one that holds it compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredText(pub(super) String);

fn compress(text: &str) -> Option<Vec<u8>> {
    if text.len() < WORTHWHILE {
        return None;
    }
    let params = brotli::enc::BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW,
        mode: brotli::enc::backward_references::BrotliEncoderMode::BROTLI_MODE_TEXT,
        size_hint: text.len(),
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut text.as_bytes(), &mut packed, &params).ok()?;
    (packed.len() < text.len()).then_some(packed)
}

fn decompress(packed: &[u8]) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    brotli::Decompressor::new(packed, 4096).take(MAX_TEXT).read_to_string(&mut text)?;
    Ok(text)
}

impl Serialize for StoredText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match compress(&self.0) {
            Some(packed) => serializer.serialize_bytes(&packed),
            None => serializer.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for StoredText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrBytes;
        impl Visitor<'_> for TextOrBytes {
            type Value = StoredText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or one compressed with Brotli")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<StoredText, E> {
                Ok(StoredText(text.to_owned()))
            }
            fn visit_bytes<E: serde::de::Error>(self, packed: &[u8]) -> Result<StoredText, E> {
                decompress(packed).map(StoredText).map_err(|_| E::custom("a text is not valid Brotli"))
            }
        }
        deserializer.deserialize_any(TextOrBytes).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use proptest::prelude::*;

    use super::*;

    /// 1 KB as a patient would write it.
    pub(crate) const LETTER: &str = include_str!("../../testdata/letter.txt");

    #[test]
    fn a_letter_of_1_kb_fits_half_a_unit() {
        assert_eq!(LETTER.len(), 1024);
        let packed = compress(LETTER).unwrap();
        assert!(packed.len() < 460, "{} bytes", packed.len());
    }

    #[test]
    fn short_texts_stay_legible_in_the_table() {
        let stored: AttributeValue = serde_dynamo::to_attribute_value(StoredText("Hello".into())).unwrap();
        assert_eq!(stored, AttributeValue::S("Hello".into()));
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "(\\PC|\n){0,2000}") {
            let stored: AttributeValue = serde_dynamo::to_attribute_value(StoredText(text.clone())).unwrap();
            let back: StoredText = serde_dynamo::from_attribute_value(stored).unwrap();
            prop_assert_eq!(back.0, text);
        }
    }
}
