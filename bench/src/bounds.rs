//! The bounds: what each figure may be at most, how it came out, and why where it did not hold.

use std::fmt;

use crate::figures::{Figure, Kind, Results};
use crate::{building, cold, cost, growth, instructions, sizes};

/// A bound with what was measured.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bound {
    pub(crate) what: String,
    pub(crate) at_most: f64,
    /// What the figure's numbers are followed by.
    unit: &'static str,
    /// Nothing where it was not measured yet.
    pub(crate) measured: Option<Figure>,
    /// Why it does not hold, and what was tried, where that is so.
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

/// A number for people: as many decimals as its size leaves interesting.
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

/// One figure over another, round by round as far as is known: the spread is that of both.
fn over(one: Option<Figure>, other: Option<Figure>) -> Option<Figure> {
    let (one, other) = (one?, other?);
    let (low, high) = (|figure: Figure| edges(figure).0, |figure: Figure| edges(figure).1);
    Some(Figure::Spread {
        median: one.value() / other.value(),
        lowest: low(one) / high(other),
        highest: high(one) / low(other),
    })
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
    let (send, list) = ("send-message: 1 KB", "list-conversations: 25 of 30");
    let (open, notes) = ("list-messages: 50 letters of 1 KB", "list-messages: 50 short entries");
    for (what, at_most, subject) in
        [("send", 2.0, send), ("list", 1.0, list), ("open", 1.0, open), ("mark read", 2.0, "mark-read")]
    {
        add(&format!("AWS calls in sequence: {what}"), at_most, "", calls(subject, "calls in sequence"), "");
    }
    add("write units per message of 1 KB", 8.0, "", calls(send, "write units"), "");
    add("read units to open a chat with 50 letters of 1 KB", 4.0, "", calls(open, "read units"), "");
    let grown = |entries: u32| of(Kind::Growth, &growth::open_subject(entries), "read units");
    let [short, longer, longest] = growth::ENTRIES;
    for entries in [longer, longest] {
        let what = format!("the same with {entries} in the chat, over {short}");
        add(&what, 1.05, "x", ratio(grown(entries), grown(short)), "");
    }
    let warm = |subject: &str| of(Kind::Instructions, subject, instructions::OVER_BARE);
    add("warm instructions over the bare calls: send, short", 1.6, "x", warm("send-message: short"), remarks::SEND);
    add("warm instructions over the bare calls: send, 1 KB", 1.6, "x", warm(send), remarks::SEND);
    add("warm instructions over the bare calls: list", 2.0, "x", warm("list-conversations: 25 chats"), "");
    add("warm instructions over the bare calls: open, 50 short entries", 2.0, "x", warm(notes), remarks::OPEN);
    add("warm instructions over the bare calls: open, 50 letters of 1 KB", 2.0, "x", warm(open), remarks::LETTERS);
    let cold = |subject: &str, figure: &str| of(Kind::Cold, subject, figure);
    let node = format!("Node.js {send}");
    let start_cpu = over(cold(send, cold::START_CPU), cold("minimal", cold::START_CPU));
    add("start-up CPU over the minimal function: send", 3.0, "x", start_cpu, remarks::START);
    let start = largest(results, Kind::Instructions, |_| true, instructions::OVER_MINIMAL);
    add("start-up instructions over the minimal function, of any route", 3.0, "x", start, remarks::START);
    add("first request over a warm one: send", 4.0, "x", cold(send, cold::FIRST_OVER_WARM), remarks::FIRST);
    let beside = |figure: &str| over(cold(send, figure), cold(&node, figure));
    add("CPU per send over the Node.js twin", 1.0 / 3.0, "x", beside(cold::WARM_CPU), "");
    add("start over the Node.js twin: send", 0.1, "x", beside(cold::START), "");
    add("memory over the Node.js twin: send", 0.125, "x", beside(cold::MEMORY), remarks::MEMORY);
    add("largest binary", 12.0, "MiB", largest(results, Kind::Sizes, |_| true, sizes::BINARY), remarks::SIZE);
    add("largest archive", 5.0, "MiB", largest(results, Kind::Sizes, |_| true, sizes::ARCHIVE), remarks::SIZE);
    let ours = |subject: &str| !subject.starts_with("Node.js") && !subject.starts_with("bare");
    let memory = largest(results, Kind::Cold, ours, cold::MEMORY);
    add("resident memory after 21 requests, of any route", 16.0, "MB", memory, remarks::MEMORY);
    let kilobytes = |figure: Option<Figure>| figure.map(|figure| Figure::Number(figure.value() / 1000.0));
    add("answer for 50 short entries", 20.0, "KB", kilobytes(calls(notes, "answer bytes")), "");
    let log = largest(results, Kind::Calls, |_| true, "log bytes");
    add("log per request or batch, of any function", 0.7, "KB", kilobytes(log), "");
    let records = largest(results, Kind::Calls, |subject| subject.starts_with("project-changes"), "calls per record");
    add("AWS calls per stream record, batch of 10: project-changes", 3.0, "", records, "");
    let poison = calls("project-changes: one poison record, batch of 10", "extra invokes");
    add("extra invokes for one poison record (bisecting a batch of 10 takes 4)", 0.0, "", poison, "");
    let dollars = of(Kind::Cost, cost::WRITE_PATH, cost::PER_MILLION);
    add("write path per million messages, HTTP API", 7.5, "$", dollars, "");
    add("clean release build of all functions", 480.0, "s", of(Kind::Build, building::SUBJECT, building::CLEAN), "");
    add("build after a change in one route", 30.0, "s", of(Kind::Build, building::SUBJECT, building::RELINK), "");
    bounds
}

fn ratio(one: Option<Figure>, other: Option<Figure>) -> Option<Figure> {
    Some(Figure::Number(one?.value() / other?.value()))
}

/// Why a bound does not hold, and what was tried. Shown only where it does not.
mod remarks {
    pub(super) const SEND: &str = "Beyond the bare calls are the token's signature, the event and the answer, and compressing \
        the text, which the short message goes without.";
    pub(super) const OPEN: &str = "Dependencies are built for the least size (`z`); at `s` it held, and binaries were larger. \
        The rest is making entries of items and JSON of entries.";
    pub(super) const LETTERS: &str = "Each of the 50 texts is decompressed, and becomes JSON twice, as everywhere: in the body and \
        in the runtime's answer around it; the bare call leaves the first. Stored as they are they would cost twice the read units. \
        Tried: Zstandard instead of Brotli, crates that write JSON built for speed.";
    pub(super) const START: &str = "What is left is loading the binary, AWS's table of partitions once, and five roots. \
        Tried: Amazon's roots instead of the system's, no default chain, clients made when they are needed, no regular \
        expressions for logs.";
    pub(super) const FIRST: &str =
        "The issuer's keys are fetched and connections opened. Tried: roots that are compiled in.";
    pub(super) const MEMORY: &str = "Most of it are the binary's own pages; the twin is one small bundle. Tried: code for \
        size.";
    pub(super) const SIZE: &str = "inspect-attachment is the largest: it holds the image decoders and S3's checksum tables. \
        Tried: code for size, AWS-LC's small build, folding identical code, no default chain, one HTTP library; the decoders \
        stay built for speed.";
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
