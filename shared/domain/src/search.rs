//! Search: the form in which texts and queries are compared, what a query asks for, and the words of a conversation.
//!
//! One function brings both sides into the same form, so that what is typed as it stands in a text always finds it.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;
use unicode_segmentation::UnicodeSegmentation;

/// The characters of a word that count: who types a longer one finds all that begin like it.
const MAX_WORD: usize = 64;

/// A text's words as they are searched, in their order: without case and accents, split by Unicode's rules
/// (UAX #29), compatible forms made one (NFKD). Scripts without spaces are searched by their characters.
pub fn search_words(text: &str) -> Vec<String> {
    let words = fold(text);
    // A mark that follows no letter makes a word with the space before it.
    words.unicode_words().map(|word| word.trim().chars().take(MAX_WORD).collect()).collect()
}

/// Lower, upper and again lower case folds what lower case alone leaves apart: `ß` and `ss`, `ς` and `σ`.
fn fold(text: &str) -> String {
    let letters = text.nfkd().filter(|c| !is_accent(*c)).map(|c| if is_apostrophe(c) { '\'' } else { c });
    letters.flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// Whether a mark stands above, below or through a letter, or is a vowel sign of Hebrew or Arabic. Marks that make
/// another letter (the vowels of Indic scripts, the voicing of kana, Thai tones) have other classes and stay.
fn is_accent(c: char) -> bool {
    matches!(canonical_combining_class(c), 1 | 10..=35 | 200..)
}

/// Telephones type the curved one, other keyboards the straight one.
const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\u{2019}' | '\u{2bc}' | '\u{ff07}')
}

/// Why a query is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Nothing, or only white space and punctuation.
    #[error("has no word")]
    NoWord,
    /// More characters than fit.
    #[error("is longer than {0} characters")]
    TooLong(usize),
}

/// A search for conversations: all words, the last one by its beginning, whatever follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationQuery {
    words: Vec<String>,
    beginning: String,
}

impl ConversationQuery {
    /// The most characters (Unicode scalar values) that a query may have: as many as a title.
    pub const MAX_LENGTH: usize = 200;

    /// Reads what was typed.
    pub fn new(typed: &str) -> Result<Self, QueryError> {
        if typed.chars().count() > Self::MAX_LENGTH {
            return Err(QueryError::TooLong(Self::MAX_LENGTH));
        }
        let mut words = search_words(typed);
        let beginning = words.pop().ok_or(QueryError::NoWord)?;
        words.sort_unstable();
        words.dedup();
        Ok(Self { words, beginning })
    }

    /// Begins to look for all of it among words that are shown one after another.
    pub fn hits(&self) -> Hits<'_> {
        Hits { missing: self.words.iter().map(String::as_str).collect(), beginning: Some(&self.beginning) }
    }
}

/// What of a query was not found yet.
#[derive(Debug, Clone)]
pub struct Hits<'a> {
    missing: Vec<&'a str>,
    beginning: Option<&'a str>,
}

impl Hits<'_> {
    /// Looks at one more word.
    pub fn see(&mut self, word: &str) {
        self.missing.retain(|missing| *missing != word);
        if self.beginning.is_some_and(|beginning| word.starts_with(beginning)) {
            self.beginning = None;
        }
    }

    /// Whether all of the query was found.
    pub const fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.beginning.is_none()
    }
}

/// A conversation's distinct words: those of its title and its messages. As a set it comes out the same
/// whatever the order in which texts are added, and however often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digest(BTreeSet<String>);

impl Digest {
    /// Adds a text's words.
    pub fn add(&mut self, text: &str) {
        self.0.extend(search_words(text));
    }

    /// Adds a word that is in the form that [`search_words`] gives it.
    pub fn add_word(&mut self, word: &str) {
        self.0.insert(word.to_owned());
    }

    /// Adds the words of another one.
    pub fn join(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }

    /// The words, in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes the words of another one.
    pub fn remove(&mut self, other: &Self) {
        self.0.retain(|word| !other.0.contains(word));
    }

    /// Its words in two, by their order.
    pub fn halves(mut self) -> [Self; 2] {
        let middle = self.0.iter().nth(self.0.len() / 2).cloned();
        let upper = middle.map_or_else(BTreeSet::new, |middle| self.0.split_off(&middle));
        [Self(upper), self]
    }

    /// Whether a query finds it.
    pub fn matches(&self, query: &ConversationQuery) -> bool {
        let mut hits = query.hits();
        self.words().for_each(|word| hits.see(word));
        hits.is_complete()
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
    fn case_and_accents_are_folded_and_letters_are_not() {
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
    fn words_are_those_of_unicode() {
        assert_eq!(
            search_words("Don't take 2.5 mg/day -- (ask Dr. Müller)!"),
            ["don't", "take", "2.5", "mg", "day", "ask", "dr", "muller"]
        );
        assert_eq!(search_words("血液検査 résumé"), ["血", "液", "検", "査", "resume"]);
        assert!(search_words(" ?! … \u{1f642}").is_empty());
        assert_eq!(search_words(&"x".repeat(500)), ["x".repeat(MAX_WORD)]);
    }

    #[test]
    fn all_words_and_the_last_by_its_beginning() {
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
    fn a_query_has_a_word_and_an_end() {
        for typed in ["", "  ", "?!", "\u{1f642}", "\u{301}"] {
            assert_eq!(ConversationQuery::new(typed), Err(QueryError::NoWord), "{typed:?}");
        }
        assert!(ConversationQuery::new(&"é".repeat(200)).is_ok());
        assert_eq!(ConversationQuery::new(&"é".repeat(201)), Err(QueryError::TooLong(200)));
    }

    /// A text of a few words that are easily met again, cut short, and written differently.
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

    /// Whether a query finds texts, by looking at all of them from their beginning to their end.
    fn naive(typed: &str, texts: &[String]) -> bool {
        let wanted = search_words(typed);
        let (last, others) = wanted.split_last().unwrap();
        let stands = |test: &dyn Fn(&str) -> bool| texts.iter().any(|text| search_words(text).iter().any(|w| test(w)));
        others.iter().all(|word| stands(&|found| found == word)) && stands(&|found| found.starts_with(last.as_str()))
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing(text in "\\PC{0,40}") {
            let words = search_words(&text);
            prop_assert_eq!(&search_words(&words.join(" ")), &words);
            prop_assert_eq!(search_words(&text.to_lowercase()), words);
        }

        #[test]
        fn a_digest_finds_what_a_scan_of_all_texts_finds(
            conversations in prop::collection::vec(prop::collection::vec(text(), 1..6), 1..12),
            typed in text(),
        ) {
            let Ok(query) = ConversationQuery::new(&typed) else { return Ok(()) };
            for texts in &conversations {
                // In any order, and twice.
                let digest: Digest = texts.iter().rev().chain(texts).map(String::as_str).collect();
                prop_assert_eq!(digest.matches(&query), naive(&typed, texts), "{} in {:?}", typed, texts);
            }
        }

        #[test]
        fn a_text_is_found_by_each_of_its_words_as_it_is_typed(text in text()) {
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
