//! Search: normalized words, conversation queries, and the digest of a conversation's words.
//!
//! Texts and queries are normalized by the same function, so words typed as they appear in a text always find it.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;
use unicode_segmentation::UnicodeSegmentation;

/// The maximum length of a normalized word, in characters; the rest is ignored.
const MAX_WORD: usize = 64;

/// The normalized words of a text, in order: NFKD, without case and accents, split at Unicode word boundaries
/// (UAX #29). In scripts without spaces, each character is a word.
pub fn search_words(text: &str) -> Vec<String> {
    let words = fold(text);
    // A combining mark without a letter forms a word with the space before it.
    words.unicode_words().map(|word| word.trim().chars().take(MAX_WORD).collect()).collect()
}

/// Removes case and accents. Lower, upper and lower case again also folds `ß` to `ss` and `ς` to `σ`.
fn fold(text: &str) -> String {
    let letters = text.nfkd().filter(|c| !is_accent(*c)).map(|c| if is_apostrophe(c) { '\'' } else { c });
    letters.flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// Whether a character is an accent or a Hebrew or Arabic vowel sign. Marks that form another letter (Indic vowels,
/// kana voicing, Thai tones) have other combining classes and are kept.
fn is_accent(c: char) -> bool {
    matches!(canonical_combining_class(c), 1 | 10..=35 | 200..)
}

/// Whether a character is one of the apostrophes that phones type in place of `'`.
const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\u{2019}' | '\u{2bc}' | '\u{ff07}')
}

/// Why a query is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Empty, or only white space and punctuation.
    #[error("has no word")]
    NoWord,
    /// Too many characters.
    #[error("is longer than {0} characters")]
    TooLong(usize),
}

/// A search for conversations that contain all its words. The last word is a prefix: the user may still be typing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationQuery {
    words: Vec<String>,
    prefix: String,
}

impl ConversationQuery {
    /// The maximum length in characters (Unicode scalar values), the same as of a title.
    pub const MAX_LENGTH: usize = 200;

    /// Parses typed text.
    pub fn new(typed: &str) -> Result<Self, QueryError> {
        if typed.chars().count() > Self::MAX_LENGTH {
            return Err(QueryError::TooLong(Self::MAX_LENGTH));
        }
        let mut words = search_words(typed);
        let prefix = words.pop().ok_or(QueryError::NoWord)?;
        words.sort_unstable();
        words.dedup();
        Ok(Self { words, prefix })
    }

    /// Starts matching the query against words given one at a time.
    pub fn matcher(&self) -> Matcher<'_> {
        Matcher { missing: self.words.iter().map(String::as_str).collect(), prefix: Some(&self.prefix) }
    }
}

/// The state of matching a query: the words not found yet.
#[derive(Debug, Clone)]
pub struct Matcher<'a> {
    missing: Vec<&'a str>,
    prefix: Option<&'a str>,
}

impl Matcher<'_> {
    /// Compares one more word.
    pub fn add(&mut self, word: &str) {
        self.missing.retain(|missing| *missing != word);
        if self.prefix.is_some_and(|prefix| word.starts_with(prefix)) {
            self.prefix = None;
        }
    }

    /// Whether all words of the query were found.
    pub const fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.prefix.is_none()
    }
}

/// The search digest of a conversation: the distinct words of its title and messages. Texts may be added repeatedly
/// and in any order with the same result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digest(BTreeSet<String>);

impl Digest {
    /// Adds the words of a text.
    pub fn add(&mut self, text: &str) {
        self.0.extend(search_words(text));
    }

    /// Adds a word that is already normalized by [`search_words`].
    pub fn add_word(&mut self, word: &str) {
        self.0.insert(word.to_owned());
    }

    /// Adds the words of another digest.
    pub fn join(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }

    /// The words, sorted.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether it has no words.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes the words of another digest.
    pub fn remove(&mut self, other: &Self) {
        self.0.retain(|word| !other.0.contains(word));
    }

    /// Splits it into two halves of the sorted words.
    pub fn halves(mut self) -> [Self; 2] {
        let middle = self.0.iter().nth(self.0.len() / 2).cloned();
        let upper = middle.map_or_else(BTreeSet::new, |middle| self.0.split_off(&middle));
        [Self(upper), self]
    }

    /// Whether it matches a query.
    pub fn matches(&self, query: &ConversationQuery) -> bool {
        let mut matcher = query.matcher();
        self.words().for_each(|word| matcher.add(word));
        matcher.is_complete()
    }
}

impl<'a> FromIterator<&'a str> for Digest {
    /// The words of texts.
    fn from_iter<T: IntoIterator<Item = &'a str>>(texts: T) -> Self {
        let mut digest = Self::default();
        texts.into_iter().for_each(|text| digest.add(text));
        digest
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finds(typed: &str, texts: &[&str]) -> bool {
        let digest: Digest = texts.iter().copied().collect();
        digest.matches(&ConversationQuery::new(typed).unwrap())
    }

    #[test]
    fn case_and_accents_are_ignored_but_letters_are_not() {
        let equal = [
            ("JOSÉ", "jose\u{301}"),
            ("Straße", "STRASSE"),
            ("STRA\u{1e9e}E", "strasse"),
            ("ΟΔΟΣ", "οδός"),
            ("ﬁne", "fine"),
            ("Ｘ", "x"),
            ("O\u{2019}Brien", "o'brien"),
            ("Đặng", "đang"),
            ("Ёлка", "ЕЛКА"),
            ("İstanbul", "istanbul"),
            ("שָׁלוֹם", "שלום"),
            ("مُحَمَّد", "محمد"),
        ];
        for (one, other) in equal {
            assert_eq!(search_words(one), search_words(other), "{one}");
        }
        for (one, other) in [("की", "कु"), ("が", "か"), ("ł", "l"), ("6.1", "61")] {
            assert_ne!(search_words(one), search_words(other), "{one}");
        }
    }

    #[test]
    fn texts_are_split_at_unicode_word_boundaries() {
        assert_eq!(
            search_words("Don't take 2.5 mg/day -- (ask Dr. Müller)!"),
            ["don't", "take", "2.5", "mg", "day", "ask", "dr", "muller"]
        );
        assert_eq!(search_words("血液検査 résumé"), ["血", "液", "検", "査", "resume"]);
        assert!(search_words(" ?! … \u{1f642}").is_empty());
        assert_eq!(search_words(&"x".repeat(500)), ["x".repeat(MAX_WORD)]);
    }

    #[test]
    fn all_words_must_match_and_the_last_one_as_a_prefix() {
        let texts = ["Ask about a result", "Is my potassium too high?", "Nein, Größe 42"];
        for typed in
            ["pot", "potassium", "result high", "HIGH result po", "grosse ask 4", "potassium  ", "is, my:", "a"]
        {
            assert!(finds(typed, &texts), "{typed}");
        }
        for typed in ["potassiums", "pot high", "high sodium", "otassium", "resul about", "ask x"] {
            assert!(!finds(typed, &texts), "{typed}");
        }
    }

    #[test]
    fn a_query_needs_a_word_and_is_limited_in_length() {
        for typed in ["", "  ", "?!", "\u{1f642}", "\u{301}"] {
            assert_eq!(ConversationQuery::new(typed), Err(QueryError::NoWord), "{typed:?}");
        }
        assert!(ConversationQuery::new(&"é".repeat(200)).is_ok());
        assert_eq!(ConversationQuery::new(&"é".repeat(201)), Err(QueryError::TooLong(200)));
    }

    /// A text of words that often recur, in different spellings and as prefixes of each other.
    fn text() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "blood",
            "Blood",
            "bloods",
            "BLUT",
            "Größe",
            "GROSSE",
            "é",
            "e\u{301}tat",
            "état",
            "pot",
            "Potassium",
            "血液",
            "ΟΔΟΣ",
            "οδος",
            "don't",
            "don\u{2019}t",
            "6.1",
            "2026-11-24",
            "a",
            "…",
            "\u{1f642}",
        ]);
        let random = "\\PC{0,8}";
        prop::collection::vec(prop_oneof![4 => word.prop_map(String::from), 1 => random], 0..8)
            .prop_flat_map(|words| prop::sample::select(vec![" ", "\n", ", ", "-"]).prop_map(move |by| words.join(by)))
    }

    /// Whether a query matches, by scanning all texts.
    fn naive(typed: &str, texts: &[String]) -> bool {
        let wanted = search_words(typed);
        let (last, others) = wanted.split_last().unwrap();
        let any = |test: &dyn Fn(&str) -> bool| texts.iter().any(|text| search_words(text).iter().any(|w| test(w)));
        others.iter().all(|word| any(&|found| found == word)) && any(&|found| found.starts_with(last.as_str()))
    }

    proptest! {
        #[test]
        fn normalizing_is_idempotent(text in "\\PC{0,40}") {
            let words = search_words(&text);
            prop_assert_eq!(&search_words(&words.join(" ")), &words);
            prop_assert_eq!(search_words(&text.to_lowercase()), words);
        }

        #[test]
        fn a_digest_matches_like_a_scan_of_all_texts(
            conversations in prop::collection::vec(prop::collection::vec(text(), 1..6), 1..12),
            typed in text(),
        ) {
            let Ok(query) = ConversationQuery::new(&typed) else { return Ok(()) };
            for texts in &conversations {
                // Added in another order, and twice.
                let digest: Digest = texts.iter().rev().chain(texts).map(String::as_str).collect();
                prop_assert_eq!(digest.matches(&query), naive(&typed, texts), "{} in {:?}", typed, texts);
            }
        }

        #[test]
        fn a_text_is_found_by_each_prefix_of_each_word(text in text()) {
            for word in search_words(&text) {
                for end in word.char_indices().map(|(at, c)| at + c.len_utf8()) {
                    if ConversationQuery::new(&word[..end]).is_ok_and(|query| query.words.is_empty()) {
                        prop_assert!(finds(&word[..end], &[&text]), "{}", &word[..end]);
                    }
                }
            }
        }
    }
}
