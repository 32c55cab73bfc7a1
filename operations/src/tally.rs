//! Counts of things by their name.

use std::collections::BTreeMap;
use std::fmt;

/// How many there are of each kind. Shown with the most frequent first.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<String, u64>);

impl Tally {
    /// Counts one more.
    pub(crate) fn add(&mut self, kind: String) {
        *self.0.entry(kind).or_default() += 1;
    }

    /// How many there are of all kinds.
    pub(crate) fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("none");
        }
        let mut counts: Vec<(&String, &u64)> = self.0.iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let shown: Vec<String> = counts.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        formatter.write_str(&shown.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_kind_comes_first() {
        let mut tally = Tally::default();
        assert_eq!(tally.to_string(), "none");
        ["CONV HEAD", "CONV E", "TASK", "CONV E"].map(str::to_owned).into_iter().for_each(|kind| tally.add(kind));
        assert_eq!(tally.to_string(), "CONV E 2, CONV HEAD 1, TASK 1");
        assert_eq!(tally.total(), 4);
    }
}
