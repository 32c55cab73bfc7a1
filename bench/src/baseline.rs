//! Compares new figures with the committed ones: which moved, and whether any got worse.

use crate::figures::{Figure, Figures, Kind, Section};
use crate::{calls, instructions};

/// How a figure moved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Move {
    pub(crate) subject: String,
    pub(crate) figure: String,
    pub(crate) before: f64,
    pub(crate) after: f64,
    pub(crate) is_worse: bool,
}

impl std::fmt::Display for Move {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { subject, figure, before, after, is_worse } = self;
        let word = if *is_worse { "WORSE " } else { "better" };
        let percent = (after - before) / before * 100.0;
        let percent = if percent.is_finite() { format!(" ({percent:+.1}%)") } else { String::new() };
        write!(formatter, "{word}  {subject}, {figure}: {before} before, {after} now{percent}")
    }
}

/// The differences between two sections.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Comparison {
    pub(crate) moves: Vec<Move>,
    /// Subjects that only one side has.
    pub(crate) new: Vec<String>,
    pub(crate) gone: Vec<String>,
}

/// By how much a figure may differ and count as the same, as a part of it; none where figures are not compared. Calls and
/// units are exact; times of different length change bytes; code differs a little with the folder that it is built in.
fn tolerance(kind: Kind, figure: &str) -> Option<f64> {
    match kind {
        Kind::Calls if [calls::RESPONSE_BYTES, calls::LOG_BYTES].contains(&figure) => Some(0.02),
        Kind::Calls => Some(0.0),
        // Ratios of figures that are compared themselves.
        Kind::Instructions if [instructions::OVER_BARE, instructions::OVER_MINIMAL].contains(&figure) => None,
        Kind::Instructions => Some(0.03),
        Kind::Sizes => Some(0.01),
        _ => None,
    }
}

/// Compares a section with the committed one.
pub(crate) fn compare(kind: Kind, before: &Section, after: &Section) -> Comparison {
    let only = |one: &Section, other: &Section| {
        one.figures.keys().filter(|subject| !other.figures.contains_key(*subject)).cloned().collect()
    };
    let mut comparison = Comparison { moves: Vec::new(), new: only(after, before), gone: only(before, after) };
    for (subject, figures) in &after.figures {
        if let Some(earlier) = before.figures.get(subject) {
            comparison.moves.extend(moves(kind, subject, earlier, figures));
        }
    }
    comparison
}

fn moves(kind: Kind, subject: &str, before: &Figures, after: &Figures) -> Vec<Move> {
    let moved = |(figure, after): (&String, &Figure)| {
        let (before, after) = (before.get(figure)?.value(), after.value());
        let allowed = before.abs() * tolerance(kind, figure)? + 1e-6;
        ((after - before).abs() > allowed).then(|| Move {
            subject: subject.to_owned(),
            figure: figure.clone(),
            before,
            after,
            // Less is better for all figures.
            is_worse: after > before,
        })
    };
    after.iter().filter_map(moved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(figures: &[(&str, &str, f64)]) -> Section {
        let mut section = Section::default();
        for (subject, figure, value) in figures {
            section.set(subject, figure, *value);
        }
        section
    }

    #[test]
    fn one_call_more_is_worse_and_named() {
        let before = section(&[("send-message: 1 KB", "calls", 2.0), ("send-message: 1 KB", "log bytes", 300.0)]);
        let after = section(&[("send-message: 1 KB", "calls", 3.0), ("send-message: 1 KB", "log bytes", 303.0)]);
        let comparison = compare(Kind::Calls, &before, &after);
        let shown: Vec<String> = comparison.moves.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["WORSE   send-message: 1 KB, calls: 2 before, 3 now (+50.0%)"]);
        assert!(!compare(Kind::Calls, &after, &before).moves[0].is_worse);
    }

    #[test]
    fn instructions_may_move_by_three_percent() {
        let before = section(&[("get-me", instructions::WARM, 1000.0), ("get-me", instructions::OVER_BARE, 1.0)]);
        let after = |warm| section(&[("get-me", instructions::WARM, warm), ("get-me", instructions::OVER_BARE, 9.0)]);
        assert_eq!(compare(Kind::Instructions, &before, &after(1030.0)).moves, []);
        assert!(compare(Kind::Instructions, &before, &after(1031.0)).moves[0].is_worse);
        assert!(!compare(Kind::Instructions, &before, &after(969.0)).moves[0].is_worse);
    }

    #[test]
    fn subjects_of_one_side_only_are_listed() {
        let (one, other) = (section(&[("a", "calls", 1.0)]), section(&[("b", "calls", 1.0)]));
        let comparison = compare(Kind::Calls, &one, &other);
        assert_eq!((comparison.new, comparison.gone), (vec!["b".to_owned()], vec!["a".to_owned()]));
    }
}
