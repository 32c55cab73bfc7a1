//! Patients, as the medical record system provides them, and how clinicians search for them.

use std::collections::HashSet;

use crate::ids::PatientId;
use crate::search::search_words;
use crate::time::Timestamp;

/// The maximum length of a name, in characters.
pub const NAME_MAX_LENGTH: usize = 200;
/// The maximum length of a medical record number, in characters.
pub const RECORD_NUMBER_MAX_LENGTH: usize = 64;

/// A patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patient {
    /// Their id, assigned by the medical record system.
    pub id: PatientId,
    /// Their full name.
    pub name: String,
    /// Their birth date.
    pub birth_date: jiff::civil::Date,
    /// Their medical record number.
    pub record_number: String,
}

/// The earliest plausible year of birth.
const FIRST_BIRTH_YEAR: i16 = 1850;

/// Whether a date is plausible as a birth date: not before 1850 and not after today in the earliest time zone.
pub fn is_birth_date(date: jiff::civil::Date, now: Timestamp) -> bool {
    let earliest_zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(14));
    date.year() >= FIRST_BIRTH_YEAR && date <= now.to_zoned(earliest_zone).date()
}

impl Patient {
    /// The maximum number of indexed words of a name: replacing all old terms by new ones must fit in one transaction.
    const MAX_NAME_WORDS: usize = 20;

    /// The terms they are indexed by: the words of the name, the birth date, and the record number as one word.
    pub fn search_terms(&self) -> Vec<String> {
        let mut terms = search_words(&self.name);
        let mut known = HashSet::new();
        terms.retain(|term| known.insert(term.clone()));
        terms.truncate(Self::MAX_NAME_WORDS);
        terms.push(self.birth_date.to_string());
        terms.push(fold_number(&self.record_number));
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// Whether each word of the query is the prefix of one of the patient's terms.
    pub fn matches(&self, query: &PatientQuery) -> bool {
        let terms = self.search_terms();
        query.0.iter().all(|word| terms.iter().any(|term| term.starts_with(word.as_str())))
    }
}

/// A record number in lower case, without spaces and punctuation.
fn fold_number(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A patient search: each word must be the prefix of a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientQuery(Vec<String>);

impl PatientQuery {
    /// The minimum length of the longest word: one character would match too many patients.
    pub const MIN_LENGTH: usize = 2;

    /// Parses typed text. Parts with a digit are dates or record numbers and are not split. Returns `None` if no word
    /// is long enough.
    pub fn new(typed: &str) -> Option<Self> {
        let mut words = Vec::new();
        for part in typed.split_whitespace() {
            if part.parse::<jiff::civil::Date>().is_ok() {
                words.push(part.to_owned());
            } else if part.contains(|c: char| c.is_ascii_digit()) {
                words.push(fold_number(part));
            } else {
                words.extend(search_words(part));
            }
        }
        words.retain(|word| !word.is_empty());
        words.sort_unstable();
        words.dedup();
        let query = Self(words);
        (query.longest()?.chars().count() >= Self::MIN_LENGTH).then_some(query)
    }

    /// The longest word, which is the most selective.
    pub fn longest(&self) -> Option<&str> {
        self.0.iter().map(String::as_str).max_by_key(|word| word.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jose() -> Patient {
        Patient {
            id: PatientId::new(uuid::Uuid::nil()),
            name: "José Ñandú-García".into(),
            birth_date: "1980-02-29".parse().unwrap(),
            record_number: "MRN-00 42".into(),
        }
    }

    #[test]
    fn search_ignores_case_and_accents() {
        for typed in ["jose", "JOSÉ gar", "nandu", "garcia jose", "1980-02-29", "MRN-0042", "mrn0042 jo"] {
            assert!(jose().matches(&PatientQuery::new(typed).unwrap()), "{typed}");
        }
        for typed in ["josef", "jose x1", "1980-03-01"] {
            assert!(!jose().matches(&PatientQuery::new(typed).unwrap()), "{typed}");
        }
    }

    #[test]
    fn birth_dates_are_plausible() {
        let now = "2026-11-24T09:59:59Z".parse().unwrap();
        let born = |date: &str| is_birth_date(date.parse().unwrap(), now);
        assert!(born("2026-11-24") && born("1850-01-01") && born("1980-02-29"));
        assert!(!born("2026-11-25") && !born("1849-12-31") && !born("-000001-01-01") && !born("9999-12-31"));
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        assert!(is_birth_date("2026-11-25".parse().unwrap(), now), "it is already tomorrow in Kiribati");
    }

    #[test]
    fn terms_are_distinct_and_limited_in_number() {
        let words: Vec<String> = ('a'..='z').flat_map(|c| [c.to_string(), c.to_string()]).collect();
        let terms = Patient { name: words.join(" "), ..jose() }.search_terms();
        assert_eq!(terms.len(), 22);
        assert!(terms.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_query_needs_two_characters() {
        assert_eq!(PatientQuery::new("a b"), None);
        assert_eq!(PatientQuery::new("  "), None);
        assert!(PatientQuery::new("ab").is_some());
    }
}
