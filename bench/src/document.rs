//! `docs/performance.md`, made from the results and nothing else.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::Result;

use crate::bounds::{self, shown};
use crate::cost;
use crate::figures::{Figure, Kind, Results, Section};

const HEAD: &str = "\
# Performance

Written by `cargo xtask bench`, which anyone can run; the figures are in [`performance.json`](performance.json). Do not
edit this file. The functions' release binaries are measured one at a time through a Lambda Runtime API, against the
emulator, beside two baselines: the *bare* calls to AWS of the same request and nothing around them
([`bench/src/bin`](../bench/src/bin)), and the same route as a *Node.js* Lambda function with the AWS SDK v3
([`bench/node`](../bench/node)).

Calls, units, bytes, instructions and sizes are as counted, and `cargo xtask test bench` holds every change against them.
Times are medians of rounds in which all programs take turns, with the lowest and the highest; compare them with each
other only, never with another run's. They contain the emulator's time, which is not `DynamoDB`'s.
";

/// The document.
pub(crate) fn of(results: &Results) -> Result<String> {
    let mut text = HEAD.to_owned();
    bounds(&mut text, results)?;
    for kind in Kind::ALL {
        if let Some(section) = results.section(kind) {
            write!(text, "\n## {}\n\n{}\n\n", title(kind), explanation(kind)?)?;
            tables(&mut text, kind, section);
            about(&mut text, section)?;
        }
    }
    Ok(text)
}

fn bounds(text: &mut String, results: &Results) -> Result<()> {
    text.push_str("\n## Bounds\n\n| figure | at most | measured | |\n|---|---|---|---|\n");
    let bounds = bounds::all(results);
    for bound in &bounds {
        let verdict = match bound.holds() {
            None => "",
            Some(true) => "holds",
            Some(false) => "**missed**",
        };
        writeln!(text, "| {} | {} | {} | {verdict} |", bound.what, bound.at_most(), bound.measured())?;
    }
    let missed: Vec<_> = bounds.iter().filter(|bound| bound.holds() == Some(false)).collect();
    if !missed.is_empty() {
        text.push_str("\nMissed, with the reason and what was tried:\n\n");
        for bound in missed {
            writeln!(text, "- **{}**: {}. {}", bound.what, bound.measured(), bound.remark)?;
        }
    }
    Ok(())
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Calls => "Calls, units and bytes",
        Kind::Instructions => "Instructions",
        Kind::Sizes => "Sizes",
        Kind::Cold => "Start, first and warm requests, memory",
        Kind::Load => "Load",
        Kind::Growth => "Growth",
        Kind::Cost => "Cost",
        Kind::Build => "Build",
    }
}

fn explanation(kind: Kind) -> Result<String> {
    let text = match kind {
        Kind::Calls => {
            "What one request of a warm function asks of AWS, answers and logs; what the stream's functions do with a \
             batch of 10 records. Calls in sequence: the longest chain of calls of which each begins after the one before \
             has ended. Write units are the emulator's, which counts transactions and the index as DynamoDB does; read \
             units follow DynamoDB's published rules from the items read."
        }
        Kind::Instructions => {
            "Counted by `valgrind --tool=callgrind`, in user space. Warm: the mean of 20 requests after the first one, \
             which also fetches the issuer's keys."
        }
        Kind::Sizes => "Of each binary, and of the ZIP archive that holds it. The largest are what bounds speak of.",
        Kind::Cold => {
            "9 rounds of a fresh process with 21 requests each. The first request also fetches the issuer's keys and \
             opens connections."
        }
        Kind::Load => {
            "Writers at once, each a process of its own with 20 messages of 1 KB, as patients. The emulator is one \
             process, so the times tell how these compare with each other and nothing of DynamoDB's throughput. Writers \
             in one chat contend for its numbers: who was overtaken tries again, with jitter."
        }
        Kind::Growth => {
            "The same requests with chats 10 and 100 times as long, and patients with 10 and 100 times as many."
        }
        Kind::Cost => return costs(),
        Kind::Build => {
            "All functions in release mode with an empty target folder, and again after a change in `send_message.rs`."
        }
    };
    Ok(text.to_owned())
}

fn costs() -> Result<String> {
    let list = cost::price_list()?;
    let assumed = &list.assumed;
    Ok(format!(
        "Dollars per million messages of 1 KB, half of them questions of patients and half answers, at the list prices of \
         {} as of {} ({}). The write path is the request that stores the message; what follows from it is the work of the \
         two functions on the stream, where a question opens a task each time. Assumed where nothing can be measured off \
         AWS: {} ms for a call to DynamoDB, {} messages in a batch of the stream, {} MB of memory, of which {} make one \
         processor, {} bytes of log by Lambda and {} by the gateway per request. Data transfer and storage are not in it.",
        list.region,
        list.date,
        list.sources.iter().map(|source| format!("<{source}>")).collect::<Vec<_>>().join(", "),
        assumed.milliseconds_per_call,
        assumed.messages_per_batch,
        assumed.memory_megabytes,
        assumed.megabytes_per_processor,
        assumed.lambda_log_bytes,
        assumed.gateway_log_bytes,
    ))
}

/// The figures of a section as a table: subjects down, figures across.
fn tables(text: &mut String, kind: Kind, section: &Section) {
    let mut subjects: Vec<&String> = section.figures.keys().collect();
    if kind == Kind::Sizes {
        let size = |subject: &String| section.get(subject, crate::sizes::BINARY).unwrap_or(0.0);
        subjects.sort_by(|one, other| size(other).total_cmp(&size(one)));
    }
    let names: BTreeSet<&String> = section.figures.values().flat_map(|figures| figures.keys()).collect();
    let row = |cells: &mut dyn Iterator<Item = String>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    text.push_str(&row(&mut std::iter::once(String::new()).chain(names.iter().map(|name| (*name).clone()))));
    text.push_str(&row(&mut (0..=names.len()).map(|column| if column == 0 { "---" } else { "---:" }.to_owned())));
    for subject in subjects {
        let figures = &section.figures[subject];
        let cells = names.iter().map(|name| figures.get(*name).map_or(String::new(), |figure| cell(*figure)));
        text.push_str(&row(&mut std::iter::once(subject.clone()).chain(cells)));
    }
}

fn cell(figure: Figure) -> String {
    match figure {
        Figure::Number(value) => grouped(&shown(value)),
        Figure::Spread { median, lowest, highest } => {
            format!("{} ({} to {})", shown(median), shown(lowest), shown(highest))
        }
    }
}

/// Groups of three digits, where there are many.
fn grouped(digits: &str) -> String {
    if digits.len() < 5 || digits.contains('.') {
        return digits.to_owned();
    }
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn about(text: &mut String, section: &Section) -> Result<()> {
    let about = &section.about;
    let tools: Vec<String> = about.tools.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let [before, after] = about.load.map(|load| format!("{load:.1}"));
    writeln!(
        text,
        "\nMeasured on {}, {} with {} processors; load average {before} before and {after} after; {}.",
        about.on,
        about.processor,
        about.processors,
        tools.join(", ")
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_a_table_of_subjects_and_figures() {
        let mut results = Results::default();
        let section = results.0.entry(Kind::Calls).or_default();
        section.set("get-me", "answer bytes", 12_345.0);
        section.set("get-health", "calls", 0.0);
        let text = of(&results).unwrap();
        assert!(
            text.contains(
                "|  | answer bytes | calls |\n| --- | ---: | ---: |\n| get-health |  | 0 |\n| get-me | 12,345 |  |\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn long_numbers_are_grouped() {
        assert_eq!(
            ["999", "1234", "12345", "1234567", "1.25"].map(grouped),
            ["999", "1234", "12,345", "1,234,567", "1.25"]
        );
    }
}
