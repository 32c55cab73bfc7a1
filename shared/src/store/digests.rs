//! Search digests in the table: a conversation's distinct words, in parts of at most two write units.
//!
//! Parts only grow: a message's new words join the last part where they fit, else they begin the next one. So
//! a message costs one read of its conversation's parts and, where it says something new, one write of 1 or 2 KB,
//! however long the conversation is; see docs/decisions/0011-search-digests.md.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::items::{self, Item};
use super::table::{Condition, Query, Table, Written, lost, retry_conflicts};
use super::text_codec::StoredText;
use super::{StoreError, schema};
use domain::ids::{ConversationId, PatientId};
use domain::search::{ConversationQuery, Digest};

/// The most bytes of a part's words as they are stored: with keys and version the item stays under 2 KB. Smaller
/// parts would compress worse, and all searches read them; larger ones would cost more with every message.
const MAX_WORDS: usize = 1_960;

/// The most characters that a word takes over from the one before it: their number stands before its own ones as
/// a control character, which no word has.
const MAX_SHARED: usize = 30;

/// Words in their order as one text, each without what it has in common with the beginning of the one before.
fn pack<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let (mut packed, mut before) = (String::new(), "");
    for word in words {
        let shared = word.chars().zip(before.chars()).take(MAX_SHARED).take_while(|(one, other)| one == other).count();
        packed.push(u8::try_from(shared + 1).map_or('\u{1}', char::from));
        packed.extend(word.chars().skip(shared));
        before = word;
    }
    packed
}

/// Shows each word of such a text.
fn unpack(packed: &str, mut see: impl FnMut(&str)) {
    let mut word = String::new();
    let mut own = packed;
    while let Some(shared) = own.chars().next() {
        let rest = &own[shared.len_utf8()..];
        let end = rest.find(char::is_control).unwrap_or(rest.len());
        let kept = word.char_indices().nth((shared as usize).saturating_sub(1)).map_or(word.len(), |(at, _)| at);
        word.truncate(kept);
        word.push_str(&rest[..end]);
        see(&word);
        own = &rest[end..];
    }
}

/// A part.
#[derive(Serialize, Deserialize)]
struct PartItem {
    #[serde(rename = "w")]
    words: StoredText,
    version: u64,
}

/// A part of a digest, as it was read or is to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DigestPart {
    /// Its number, from 0.
    pub(super) number: u32,
    /// Its words.
    pub(super) words: Digest,
    /// Its item's version when it was read; 0 where there was none.
    pub(super) version: u64,
}

impl Table {
    /// Adds words to a conversation's digest; those that it has already cost nothing but the reading.
    ///
    /// What it has is read with strong consistency: a word that a rebuild has just dropped must be added again.
    pub async fn add_to_digest(
        &self,
        patient: PatientId,
        id: ConversationId,
        words: &Digest,
    ) -> Result<(), StoreError> {
        retry_conflicts(|| async {
            let mut parts = self.digest_parts(patient, id).await?;
            let mut new = words.clone();
            for part in &parts {
                new.remove(&part.words);
            }
            if new.is_empty() {
                return Ok(());
            }
            for (item, version) in grown(patient, id, parts.pop(), new)? {
                match self.put(item, Some(Condition::version(version))).await? {
                    Written::Stored => {}
                    Written::Refused(_) => return Err(lost()),
                }
            }
            Ok(())
        })
        .await
    }

    /// The parts of a conversation's digest, in their order, as they stand now.
    pub(super) async fn digest_parts(
        &self,
        patient: PatientId,
        id: ConversationId,
    ) -> Result<Vec<DigestPart>, StoreError> {
        let values = vec![(":pk", schema::digests(patient)), (":prefix", schema::digest_prefix(id))];
        let query = Query { consistent: true, ..Query::new(schema::PARTITION_PREFIX, values) };
        let mut parts = Vec::new();
        for item in self.query_all(query).await? {
            let (_, number) = part_of(&item)?;
            let PartItem { words, version } = items::body("digest", item)?;
            parts.push(DigestPart { number, words: unpacked(&words.0), version });
        }
        parts.sort_by_key(|part| part.number);
        Ok(parts)
    }

    /// The conversations of a patient that a query finds.
    pub(super) async fn digests_that_match(
        &self,
        patient: PatientId,
        query: &ConversationQuery,
    ) -> Result<HashSet<ConversationId>, StoreError> {
        let mut found = HashSet::new();
        let mut current = None;
        let mut start = None;
        loop {
            let values = vec![(":pk", schema::digests(patient))];
            let page = Query { start: start.as_ref(), ..Query::new(schema::PARTITION, values) };
            let page = self.query(&page).await?;
            for item in page.items {
                let (id, _) = part_of(&item)?;
                // The parts of one conversation follow one another.
                let (_, hits) = match &mut current {
                    Some((of, hits)) if *of == id => (of, hits),
                    other => {
                        let (of, hits) = other.insert((id, query.matcher()));
                        (of, hits)
                    }
                };
                if !hits.is_complete() {
                    let part: PartItem = items::body("digest", item)?;
                    unpack(&part.words.0, |word| hits.add(word));
                    if hits.is_complete() {
                        found.insert(id);
                    }
                }
            }
            start = page.next;
            if start.is_none() {
                return Ok(found);
            }
        }
    }
}

fn unpacked(packed: &str) -> Digest {
    let mut words = Digest::default();
    unpack(packed, |word| words.add_word(word));
    words
}

/// The conversation and the number of a part.
fn part_of(item: &Item) -> Result<(ConversationId, u32), StoreError> {
    let sk = item.get("sk").and_then(|sk| sk.as_s().ok());
    sk.and_then(|sk| schema::digest_part(sk)).ok_or_else(|| items::corrupt("a digest names no conversation"))
}

/// A part as an item, with the version that it replaces, if it fits one.
pub(super) fn from_part(
    patient: PatientId,
    id: ConversationId,
    part: &DigestPart,
) -> Result<Option<(Item, u64)>, StoreError> {
    let body = PartItem { words: StoredText(pack(part.words.words())), version: part.version + 1 };
    let item = items::item(schema::digest(patient, id, part.number), None, &body)?;
    let size = match item.get("w") {
        Some(AttributeValue::S(text)) => text.len(),
        Some(AttributeValue::B(packed)) => packed.as_ref().len(),
        _ => 0,
    };
    Ok((size <= MAX_WORDS).then_some((item, part.version)))
}

/// What to write so that a digest whose last part is `last` has these new words too.
fn grown(
    patient: PatientId,
    id: ConversationId,
    last: Option<DigestPart>,
    new: Digest,
) -> Result<Vec<(Item, u64)>, StoreError> {
    let next = last.as_ref().map_or(0, |last| last.number + 1);
    if let Some(mut last) = last {
        last.words.join(&new);
        if let Some(written) = from_part(patient, id, &last)? {
            return Ok(vec![written]);
        }
    }
    split(patient, id, new, |index| (next + index, 0))
}

/// Words in as many parts as they need; `place` says each one's number and the version that it replaces.
pub(super) fn split(
    patient: PatientId,
    id: ConversationId,
    words: Digest,
    place: impl Fn(u32) -> (u32, u64),
) -> Result<Vec<(Item, u64)>, StoreError> {
    let mut parts = Vec::new();
    let mut waiting = vec![words];
    while let Some(words) = waiting.pop() {
        let (number, version) = place(u32::try_from(parts.len()).unwrap_or(u32::MAX));
        let part = DigestPart { number, words, version };
        match from_part(patient, id, &part)? {
            Some(written) => parts.push(written),
            None => waiting.extend(part.words.halves()),
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(written: &(Item, u64)) -> DigestPart {
        let (_, number) = part_of(&written.0).unwrap();
        let PartItem { words, version } = items::body("digest", written.0.clone()).unwrap();
        DigestPart { number, words: unpacked(&words.0), version }
    }

    fn size(item: &Item) -> usize {
        let value = |value: &AttributeValue| match value {
            AttributeValue::S(text) => text.len(),
            AttributeValue::B(bytes) => bytes.as_ref().len(),
            _ => 21, // The longest number.
        };
        item.iter().map(|(name, of)| name.len() + value(of)).sum()
    }

    proptest! {
        #[test]
        fn every_text_has_the_words_that_it_is_unpacked_to(texts in prop::collection::vec("\\PC{0,80}|[ab ]{0,90}", 0..6)) {
            let words: Digest = texts.iter().map(String::as_str).collect();
            let packed = pack(words.words());
            prop_assert_eq!(unpacked(&packed), words);
        }
    }

    #[test]
    fn a_broken_text_is_words_of_some_kind() {
        for packed in ["x", "\u{5}ab\u{9}", "é\u{1}", "\u{1}\u{2}"] {
            unpack(packed, |_| ());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// However a conversation grows, its parts hold all its words and each costs at most two write units.
        #[test]
        fn parts_hold_every_word_once_and_stay_within_two_write_units(
            messages in prop::collection::vec(prop::collection::vec("[a-zé血]{1,12}", 0..500), 1..8),
        ) {
            let (patient, id) = (PatientId::new(uuid::Uuid::nil()), ConversationId::new(uuid::Uuid::nil()));
            let mut parts: Vec<DigestPart> = Vec::new();
            let mut all = Digest::default();
            for message in messages {
                let mut new: Digest = message.iter().map(String::as_str).collect();
                all.join(&new);
                for part in &parts {
                    new.remove(&part.words);
                }
                if new.is_empty() {
                    continue;
                }
                let before = parts.len();
                for written in grown(patient, id, parts.last().cloned(), new).unwrap() {
                    prop_assert!(size(&written.0) <= 2048, "{} bytes", size(&written.0));
                    let part = read(&written);
                    let known = parts.iter().position(|known| known.number == part.number);
                    prop_assert_eq!(known.map_or(0, |known| parts[known].version), written.1);
                    match known {
                        Some(known) => parts[known] = part,
                        None => parts.push(part),
                    }
                }
                prop_assert!(parts.len() <= before + 8);
            }
            let words: usize = parts.iter().map(|part| part.words.words().count()).sum();
            prop_assert_eq!(words, all.words().count());
            let mut together = Digest::default();
            for part in &parts {
                together.join(&part.words);
            }
            prop_assert_eq!(together, all);
        }
    }
}
