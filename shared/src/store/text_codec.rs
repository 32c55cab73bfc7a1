//! How a text is stored: as it is, or compressed with Zstandard (RFC 8878) where that saves something.
//!
//! `DynamoDB` charges by size. A letter is too short to compress well alone, so it is compressed as what would follow
//! on texts that both sides know: the dictionary, letters such as patients and clinicians write. A letter of 1 KB then
//! costs one write unit instead of two and a page of 50 half the read units. See docs/decisions/0003-compressed-texts.md.

use std::fmt;
use std::sync::LazyLock;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{self, CParameter};

/// Texts shorter than this, in bytes, stay as they are.
const WORTHWHILE: usize = 256;
/// Zstandard's own default. Higher ones take two to four times as long, while the sender waits, for 2 to 5% less.
const LEVEL: i32 = 3;
/// Far more than any text that was accepted; a corrupt item must not exhaust the memory.
const MAX_TEXT: u64 = 1024 * 1024;

/// What every compressed text follows on. Nothing that was compressed with it can be read without it, so it never
/// changes: a better one gets a version of its own, and both are kept.
const DICTIONARY: &str = concat!(include_str!("letters.es.txt"), include_str!("letters.en.txt"));
/// The first byte of what was compressed with [`DICTIONARY`].
const VERSION: u8 = 1;

static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY.as_bytes(), LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY.as_bytes()));

/// A text as it is stored: a string attribute, or a binary one that holds it compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredText(pub(super) String);

fn compress(text: &str) -> Option<Vec<u8>> {
    if text.len() < WORTHWHILE {
        return None;
    }
    let mut compressor = Compressor::with_prepared_dictionary(&ENCODER).ok()?;
    compressor.set_parameter(CParameter::ChecksumFlag(true)).ok()?;
    let mut packed = vec![VERSION];
    packed.append(&mut compressor.compress(text.as_bytes()).ok()?);
    (packed.len() < text.len()).then_some(packed)
}

/// Nothing for what is not a compressed text: another version, cut off, changed, or too large.
fn decompress(packed: &[u8]) -> Option<String> {
    let (&VERSION, packed) = packed.split_first()? else { return None };
    let size = zstd_safe::get_frame_content_size(packed).ok()??;
    let size = usize::try_from(size.min(MAX_TEXT)).ok()?;
    let mut decompressor = Decompressor::with_prepared_dictionary(&DECODER).ok()?;
    String::from_utf8(decompressor.decompress(packed, size).ok()?).ok()
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
                f.write_str("a text, or one compressed with Zstandard")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<StoredText, E> {
                self.visit_string(text.to_owned())
            }
            fn visit_string<E: serde::de::Error>(self, text: String) -> Result<StoredText, E> {
                Ok(StoredText(text))
            }
            fn visit_bytes<E: serde::de::Error>(self, packed: &[u8]) -> Result<StoredText, E> {
                decompress(packed).map(StoredText).ok_or_else(|| E::custom("a compressed text can't be read"))
            }
        }
        deserializer.deserialize_any(TextOrBytes).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use base64::Engine as _;
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};
    use testkit::texts::{CARTA, LETTER};

    use super::*;

    #[test]
    fn a_letter_of_1_kb_fits_half_a_unit() {
        assert_eq!(LETTER.len(), 1024);
        let packed = compress(LETTER).unwrap();
        assert!(packed.len() < 460, "{} bytes", packed.len());
    }

    #[test]
    fn a_letter_in_spanish_is_little_more_than_half_as_large() {
        let packed = compress(CARTA).unwrap();
        assert!(packed.len() * 100 < CARTA.len() * 55, "{} of {} bytes", packed.len(), CARTA.len());
    }

    #[test]
    fn the_dictionary_of_stored_texts_never_changes() {
        let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(DICTIONARY));
        assert_eq!(
            digest, "AdzS9rees0+0tqOKLKVRmQI4l8cvdq8sPSP0PT3iENk=",
            "texts that are stored can't be read with another one"
        );
    }

    #[test]
    fn short_texts_stay_legible_in_the_table() {
        let stored: AttributeValue = serde_dynamo::to_attribute_value(StoredText("Hello".into())).unwrap();
        assert_eq!(stored, AttributeValue::S("Hello".into()));
    }

    #[test]
    fn what_was_changed_cut_off_or_is_of_another_version_is_an_error_and_never_another_text() {
        let packed = compress(LETTER).unwrap();
        assert_eq!(decompress(&packed).as_deref(), Some(LETTER));
        for end in 0..packed.len() {
            assert_eq!(decompress(&packed[..end]), None, "cut off after {end} bytes");
        }
        for at in 0..packed.len() {
            let mut changed = packed.clone();
            changed[at] ^= 1;
            assert!(decompress(&changed).is_none_or(|text| text == LETTER), "changed at {at}");
        }
    }

    #[test]
    fn what_claims_to_be_huge_does_not_exhaust_the_memory() {
        let mut huge = vec![VERSION];
        huge.append(&mut zstd::bulk::compress(&vec![b' '; 64 * 1024 * 1024], LEVEL).unwrap());
        assert!(huge.len() < 10_000);
        assert_eq!(decompress(&huge), None);
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
