//! The bounds: the most that a figure may be, what was measured, and the reason where a bound is missed.

use std::fmt;

use crate::calls::{EXTRA_INVOCATIONS, IN_SEQUENCE, LOG_BYTES, PER_RECORD, READ_UNITS, RESPONSE_BYTES, WRITE_UNITS};
use crate::figures::{Figure, Kind, Results};
use crate::scenarios::{self, LIST, MARK_READ, OPEN, OPEN_SHORT, POISON, SEND, SEND_SHORT};
use crate::{building, cold, cost, growth, instructions, sizes};

/// A bound with what was measured.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bound {
    pub(crate) what: String,
    pub(crate) at_most: f64,
    unit: &'static str,
    pub(crate) measured: Option<Figure>,
    /// The reason and what was tried, where it is missed.
    pub(crate) remark: &'static str,
}

impl Bound {
    /// Whether it holds; nothing where it was not measured yet.
    pub(crate) fn holds(&self) -> Option<bool> {
        self.measured.map(|measured| measured.value() <= self.at_most)
    }

    /// The bound in words.
    pub(crate) fn at_most(&self) -> String {
        quantity(self.at_most, self.unit)
    }

    /// What was measured in words.
    pub(crate) fn measured(&self) -> String {
        match self.measured {
            None => "not measured".to_owned(),
            Some(Figure::Number(value)) => quantity(value, self.unit),
            Some(Figure::Spread { median, lowest, highest }) => {
                format!("{} ({} to {})", quantity(median, self.unit), shown(lowest), shown(highest))
            }
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.holds() {
            None => "?     ",
            Some(true) => "holds ",
            Some(false) => "MISSED",
        };
        write!(formatter, "{word}  {}: {}, at most {}", self.what, self.measured(), self.at_most())
    }
}

/// A number for people, with as many decimals as matter at its size.
pub(crate) fn shown(value: f64) -> String {
    let decimals = match value.abs() {
        value if value >= 100.0 => 0,
        value if value >= 10.0 => 1,
        value if value >= 0.2 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn quantity(value: f64, unit: &str) -> String {
    let space = if unit.is_empty() || unit == "x" { "" } else { " " };
    if unit == "$" { format!("${value:.2}") } else { format!("{}{space}{unit}", shown(value)) }
}

/// The largest of some figures.
fn largest(results: &Results, kind: Kind, of: impl Fn(&str) -> bool, figure: &str) -> Option<Figure> {
    let subjects = results.section(kind)?.figures.iter().filter(|(subject, _)| of(subject));
    let values = subjects.filter_map(|(_, figures)| figures.get(figure).copied());
    values.max_by(|one, other| one.value().total_cmp(&other.value()))
}

/// One figure over another; its spread is the widest that both allow.
fn over(one: Option<Figure>, other: Option<Figure>) -> Option<Figure> {
    let (one, other) = (one?, other?);
    let median = one.value() / other.value();
    if let (Figure::Number(_), Figure::Number(_)) = (one, other) {
        return Some(Figure::Number(median));
    }
    let ((lowest, highest), (other_lowest, other_highest)) = (edges(one), edges(other));
    Some(Figure::Spread { median, lowest: lowest / other_highest, highest: highest / other_lowest })
}

fn edges(figure: Figure) -> (f64, f64) {
    match figure {
        Figure::Number(value) => (value, value),
        Figure::Spread { lowest, highest, .. } => (lowest, highest),
    }
}

/// All bounds, in the order of the document.
pub(crate) fn all(results: &Results) -> Vec<Bound> {
    let mut bounds = Vec::new();
    let mut add = |what: &str, at_most: f64, unit: &'static str, measured: Option<Figure>, remark: &'static str| {
        bounds.push(Bound { what: what.to_owned(), at_most, unit, measured, remark });
    };
    let of =
        |kind: Kind, subject: &str, figure: &str| results.section(kind)?.figures.get(subject)?.get(figure).copied();
    let calls = |subject: &str, figure: &str| of(Kind::Calls, subject, figure);
    for (what, at_most, subject) in
        [("send", 2.0, SEND), ("list", 1.0, LIST), ("open", 1.0, OPEN), ("mark read", 2.0, MARK_READ)]
    {
        add(&format!("AWS calls in sequence: {what}"), at_most, "", calls(subject, IN_SEQUENCE), "");
    }
    add("write units per message of 1 KB", 8.0, "", calls(SEND, WRITE_UNITS), "");
    add("read units to open a conversation with 50 messages of 1 KB", 4.0, "", calls(OPEN, READ_UNITS), "");
    let grown = |messages: u32| of(Kind::Growth, &growth::open_name(messages), READ_UNITS);
    let [short, longer, longest] = growth::MESSAGES;
    for messages in [longer, longest] {
        let what = format!("the same with {messages} in the conversation, over {short}");
        add(&what, 1.05, "x", over(grown(messages), grown(short)), "");
    }
    for (what, at_most, subject, remark) in [
        ("send, short", 1.6, SEND_SHORT, remarks::SEND),
        ("send, 1 KB", 1.6, SEND, remarks::SEND),
        ("list", 2.0, LIST, ""),
        ("open, 50 short messages", 2.0, OPEN_SHORT, remarks::OPEN),
        ("open, 50 messages of 1 KB", 2.0, OPEN, remarks::OPEN_LONG),
    ] {
        let measured = of(Kind::Instructions, subject, instructions::OVER_BARE);
        add(&format!("warm instructions over the bare calls: {what}"), at_most, "x", measured, remark);
    }
    let start_cpu = |subject: &str| of(Kind::Cold, subject, cold::START_CPU);
    let start_cpu = over(start_cpu(SEND), start_cpu("minimal"));
    add("start-up CPU over the minimal function: send", 3.0, "x", start_cpu, remarks::START);
    let start = largest(results, Kind::Instructions, |_| true, instructions::OVER_MINIMAL);
    add("start-up instructions over the minimal function, of any route", 3.0, "x", start, remarks::START);
    let first = of(Kind::Cold, SEND, cold::FIRST_OVER_WARM);
    add("first request over a warm one: send", 4.0, "x", first, remarks::FIRST);
    add("largest binary", 12.0, "MiB", largest(results, Kind::Sizes, |_| true, sizes::BINARY), remarks::SIZE);
    add("largest archive", 5.0, "MiB", largest(results, Kind::Sizes, |_| true, sizes::ARCHIVE), remarks::SIZE);
    let memory = largest(results, Kind::Cold, |subject| !subject.starts_with("bare"), cold::MEMORY);
    add("resident memory after 21 requests, of any route", 16.0, "MB", memory, remarks::MEMORY);
    let kilobytes = |figure: Option<Figure>| figure.map(|figure| Figure::Number(figure.value() / 1000.0));
    add("response with 50 short messages", 20.0, "KB", kilobytes(calls(OPEN_SHORT, RESPONSE_BYTES)), "");
    let log = largest(results, Kind::Calls, |_| true, LOG_BYTES);
    add("log per request or batch, of any function", 0.7, "KB", kilobytes(log), "");
    let records = largest(results, Kind::Calls, |subject| subject.starts_with("project-changes"), PER_RECORD);
    add("AWS calls per stream record, batch of 10: project-changes", 3.0, "", records, "");
    let poison = calls(POISON, EXTRA_INVOCATIONS);
    add("extra invocations for one poison record (bisecting a batch of 10 takes 4)", 0.0, "", poison, "");
    let dollars = of(Kind::Cost, scenarios::function(SEND), cost::PER_MILLION);
    add("write path per million messages, HTTP API", 7.5, "$", dollars, "");
    add("clean release build of all functions", 480.0, "s", of(Kind::Build, building::SUBJECT, building::CLEAN), "");
    add("build after a change in one route", 30.0, "s", of(Kind::Build, building::SUBJECT, building::RELINK), "");
    bounds
}

/// Why a bound is missed, and what was tried.
mod remarks {
    pub(super) const SEND: &str = "Beyond the bare calls: verifying the token, the event, the response, and compressing \
        texts of 256 bytes or more.";
    pub(super) const OPEN: &str = "Dependencies are built for the smallest size (`z`); with `s` the bound held and binaries \
        were larger. The rest is reading items and writing JSON.";
    pub(super) const OPEN_LONG: &str = "Each of the 50 texts is decompressed, and written as JSON twice: in the body, and in \
        the runtime's response around it; the bare call does neither. Stored uncompressed they would cost twice the read \
        units. Tried: Zstandard instead of Brotli, crates that write JSON built for speed.";
    pub(super) const START: &str = "The rest is loading the binary, AWS's table of partitions, and five root certificates. \
        Tried: Amazon's roots instead of the system's, no default credential chain, clients made on first use, no regular \
        expressions for logs.";
    pub(super) const FIRST: &str =
        "It fetches the issuer's keys and opens connections. Tried: compiled-in root certificates.";
    pub(super) const MEMORY: &str = "Most of it is the binary itself. Tried: code built for size.";
    pub(super) const SIZE: &str = "inspect-attachment is the largest: it holds the image decoders and S3's checksum tables. \
        Tried: code built for size, AWS-LC's small build, folding identical code, no default credential chain, one HTTP \
        library; the decoders stay built for speed.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [0.125, 0.333, 2.0, 12.345, 480.0, 1234.5].map(shown),
            ["0.125", "0.33", "2", "12.3", "480", "1234"]
        );
        assert_eq!(
            (quantity(7.5, "$"), quantity(3.0, "x"), quantity(5.0, "MiB")),
            ("$7.50".into(), "3x".into(), "5 MiB".into())
        );
    }

    #[test]
    fn every_bound_has_a_committed_figure() {
        let results: Results = serde_json::from_str(include_str!("../../docs/performance.json")).unwrap();
        let bounds = all(&results);
        let without: Vec<_> = bounds.iter().filter(|bound| bound.measured.is_none()).collect();
        assert!(without.is_empty(), "{without:?}");
    }

    #[test]
    fn what_was_not_measured_neither_holds_nor_fails() {
        let bounds = all(&Results::default());
        assert!(bounds.iter().all(|bound| bound.holds().is_none()), "{bounds:?}");
        let mut results = Results::default();
        results.0.entry(Kind::Calls).or_default().set("send-message: 1 KB", "write units", 9.0);
        let missed: Vec<_> = all(&results).into_iter().filter(|bound| bound.holds() == Some(false)).collect();
        assert_eq!(missed.len(), 1);
        assert_eq!(missed[0].to_string(), "MISSED  write units per message of 1 KB: 9, at most 8");
    }
}
