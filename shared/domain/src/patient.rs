//! Patients, as the record system feeds them, and the words they are found by.

use std::collections::HashSet;

use super::Timestamp;
use super::ids::PatientId;
use super::search::search_words;

/// The longest name, in characters.
pub const NAME_MAX_LENGTH: usize = 200;
/// The longest record number, in characters.
pub const RECORD_NUMBER_MAX_LENGTH: usize = 64;

/// A person in care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patient {
    /// Given by the record system.
    pub id: PatientId,
    /// Their name, as shown.
    pub name: String,
    /// Their birth date.
    pub birth_date: jiff::civil::Date,
    /// The number of their medical record.
    pub record_number: String,
}

/// Nobody alive was born before this year.
const FIRST_BIRTH_YEAR: i16 = 1850;

/// Whether somebody can have been born on a date, wherever on earth it is today.
pub fn is_birth_date(date: jiff::civil::Date, now: Timestamp) -> bool {
    let furthest_east = jiff::tz::TimeZone::fixed(jiff::tz::offset(14));
    date.year() >= FIRST_BIRTH_YEAR && date <= now.to_zoned(furthest_east).date()
}

impl Patient {
    /// The most words of a name that a patient is found by: all terms must fit one transaction, twice.
    const MAX_NAME_WORDS: usize = 20;

    /// What they are found by: the words of their name, the birth date, and the record number as one word.
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

    /// Whether each word of the query begins one of their terms.
    pub fn matches(&self, query: &PatientQuery) -> bool {
        let terms = self.search_terms();
        query.0.iter().all(|word| terms.iter().any(|term| term.starts_with(word.as_str())))
    }
}

/// A record number without case, spaces and punctuation.
fn fold_number(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A search for patients: every word must begin a term of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientQuery(Vec<String>);

impl PatientQuery {
    /// The fewest characters that the longest word must have: less would list half of the patients.
    pub const MIN_LENGTH: usize = 2;

    /// Reads what was typed: parts that begin with a digit are dates or record numbers and stay whole.
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

    /// The word that narrows the most.
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
    fn names_are_found_without_case_and_accents() {
        for typed in ["jose", "JOSÉ gar", "nandu", "garcia jose", "1980-02-29", "MRN-0042", "mrn0042 jo"] {
            assert!(jose().matches(&PatientQuery::new(typed).unwrap()), "{typed}");
        }
        for typed in ["josef", "jose x1", "1980-03-01"] {
            assert!(!jose().matches(&PatientQuery::new(typed).unwrap()), "{typed}");
        }
    }

    #[test]
    fn birth_dates_lie_in_the_past() {
        let now = "2026-11-24T09:59:59Z".parse().unwrap();
        let born = |date: &str| is_birth_date(date.parse().unwrap(), now);
        assert!(born("2026-11-24") && born("1850-01-01") && born("1980-02-29"));
        assert!(!born("2026-11-25") && !born("1849-12-31") && !born("-000001-01-01") && !born("9999-12-31"));
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        assert!(is_birth_date("2026-11-25".parse().unwrap(), now), "it is tomorrow already in Kiribati");
    }

    #[test]
    fn terms_are_bounded_and_different() {
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
