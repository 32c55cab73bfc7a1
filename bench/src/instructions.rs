//! `instructions`: those of a start and of a warm request, counted by valgrind; beside the bare calls to AWS and the
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
use crate::tap::Tap;
use crate::world::World;

/// Warm requests after the first one; their mean counts.
const REQUESTS: u32 = 20;

/// Memory of any size is cleared and copied by vector instructions: libc would use the processor's block instructions from
/// a size that depends on the machine's caches, and valgrind counts each of their bytes.
const COUNTABLE: &str = "glibc.cpu.x86_rep_stosb_threshold=1073741824:glibc.cpu.x86_rep_movsb_threshold=1073741824";
/// How often a subject is counted at most: on a busy machine a call may time out, and its repetition would count too.
const TRIES: u32 = 3;

/// The figures' names.
pub(crate) const START: &str = "start-up";
pub(crate) const FIRST: &str = "first request";
pub(crate) const WARM: &str = "warm request";
pub(crate) const OVER_BARE: &str = "warm request over the bare calls";
pub(crate) const OVER_MINIMAL: &str = "start-up over the minimal function";

pub(crate) fn measure(setup: &Setup, world: &World, section: &mut Section) -> Result<()> {
    let tap = Tap::counting(world.endpoint())?;
    let count = |subject: &Subject, section: &mut Section| -> Result<Counted> {
        let counted = counted(setup, &tap, subject).with_context(|| subject.name.clone())?;
        section.set(&subject.name, START, counted.start);
        section.set(&subject.name, FIRST, counted.first);
        section.set(&subject.name, WARM, counted.warm);
        Ok(counted)
    };
    let minimal = count(&subjects::minimal(setup, world)?, section)?;
    for subject in subjects::routes(setup, world)? {
        let ours = count(&subject, section)?;
        section.set(&subject.name, OVER_MINIMAL, ours.start / minimal.start);
        if let Some(bare) = &subject.bare {
            let bare = count(bare, section)?;
            section.set(&subject.name, OVER_BARE, ours.warm / bare.warm);
        }
    }
    Ok(())
}

/// Instructions of a subject.
struct Counted {
    start: f64,
    first: f64,
    warm: f64,
}

fn counted(setup: &Setup, tap: &Tap, subject: &Subject) -> Result<Counted> {
    for _ in 1..TRIES {
        // Only a repeated call is worth another try; a function's failure is an error at once.
        if let Some(counted) = tried(setup, tap, subject)? {
            return Ok(counted);
        }
        eprintln!("  {}: a call timed out and was repeated; counting again", subject.name);
    }
    tried(setup, tap, subject)?.context("calls keep timing out: the machine is too busy")
}

/// The counts; nothing where a call was repeated after a timeout.
fn tried(setup: &Setup, tap: &Tap, subject: &Subject) -> Result<Option<Counted>> {
    let run = |requests: u32| -> Result<(f64, usize)> {
        let events: Vec<Value> = (0..requests).map(|_| (subject.event)()).collect::<Result<_>>()?;
        tap.take();
        let instructions = instructions(&subject.program, &tap.url, &events, &setup.scratch)?;
        Ok((instructions, tap.take().calls))
    };
    let ((start, _), (first, calls), (all, all_calls)) = (run(0)?, run(1)?, run(1 + REQUESTS)?);
    if !(all_calls - calls).is_multiple_of(REQUESTS as usize) {
        return Ok(None);
    }
    Ok(Some(Counted { start, first: first - start, warm: ((all - first) / f64::from(REQUESTS)).round() }))
}

/// The instructions of a process that serves some events.
fn instructions(program: &Program, endpoint: &str, events: &[Value], scratch: &Path) -> Result<f64> {
    let out = scratch.join("callgrind.out");
    // Valgrind emulates the same processor everywhere, so libraries choose the same code.
    let valgrind = ["valgrind", "--quiet", "--tool=callgrind", &format!("--callgrind-out-file={}", out.display())];
    let mut program = program.clone().under(valgrind.map(str::to_owned));
    for (name, value) in [("GLIBC_TUNABLES", COUNTABLE), ("AWS_ENDPOINT_URL", endpoint)] {
        program.environment.insert(name.to_owned(), value.to_owned());
    }
    let mut function = Sandbox::start(&program)?;
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
