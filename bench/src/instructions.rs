//! `instructions`: what a start and a warm request take, counted by valgrind; beside the bare calls to AWS and the
//! smallest function. The counts differ by tenths of a percent from run to run, because ids and hash seeds do.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::calls::expect_success;
use crate::figures::{Section, number};
use crate::sandbox::{Program, Sandbox};
use crate::setup::Setup;
use crate::subjects::{self, Subject};
use crate::world::World;

/// Warm requests over which one is averaged, after the first.
const REQUESTS: u32 = 20;

/// The figures' names.
pub(crate) const START: &str = "start-up";
pub(crate) const FIRST: &str = "first request";
pub(crate) const WARM: &str = "warm request";
pub(crate) const OVER_BARE: &str = "warm request over the bare calls";
pub(crate) const OVER_MINIMAL: &str = "start-up over the minimal function";

pub(crate) fn measure(setup: &Setup, world: &World, section: &mut Section) -> Result<()> {
    let minimal = counted(setup, &subjects::minimal(setup, world)?, section)?;
    for subject in subjects::ours(setup, world)? {
        let ours = counted(setup, &subject, section)?;
        section.set(&subject.name, OVER_MINIMAL, ours.start / minimal.start);
        if let Some(bare) = subject.bare {
            let bare = counted(setup, &bare, section)?;
            section.set(&subject.name, OVER_BARE, ours.warm / bare.warm);
        }
    }
    Ok(())
}

struct Counted {
    start: f64,
    warm: f64,
}

fn counted(setup: &Setup, subject: &Subject, section: &mut Section) -> Result<Counted> {
    let name = subject.name.as_str();
    let count = |requests: u32| -> Result<f64> {
        let events: Vec<Value> = (0..requests).map(|_| (subject.event)()).collect::<Result<_>>()?;
        instructions(&subject.program, &events, &setup.scratch).with_context(|| subject.name.clone())
    };
    let (start, first, all) = (count(0)?, count(1)?, count(1 + REQUESTS)?);
    let counted = Counted { start, warm: (all - first) / f64::from(REQUESTS) };
    section.set(name, START, counted.start.round());
    section.set(name, FIRST, (first - start).round());
    section.set(name, WARM, counted.warm.round());
    Ok(counted)
}

/// The instructions of a process that serves some events.
fn instructions(program: &Program, events: &[Value], scratch: &Path) -> Result<f64> {
    let out = scratch.join("callgrind.out");
    // Valgrind shows every program the same processor, so that libraries choose the same code everywhere.
    let valgrind = ["valgrind", "--quiet", "--tool=callgrind", &format!("--callgrind-out-file={}", out.display())];
    let mut function = Sandbox::start(&program.clone().under(valgrind.map(str::to_owned)))?;
    for event in events {
        expect_success(&function.invoke(event)?)?;
    }
    function.stop()?;
    let text = fs::read_to_string(&out).context("valgrind has counted nothing")?;
    fs::remove_file(&out).context("cannot remove valgrind's file")?;
    Ok(number(total(&text).context("valgrind's file has no total")?))
}

fn total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("summary:").or(line.strip_prefix("totals:")))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_found() {
        assert_eq!(total("events: Ir\nsummary: 123456\n\nfn=main\n"), Some(123_456));
        assert_eq!(total("events: Ir\n"), None);
    }
}
