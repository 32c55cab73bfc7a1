//! `cold`: from the start to the first poll, the first request, warm ones, processor time and memory. The programs take
//! turns (A B A B), so that other work of the machine slows each of them.

use anyhow::{Context as _, Result};

use crate::calls::expect_success;
use crate::figures::{Figure, Section, milliseconds, number};
use crate::sandbox::Sandbox;
use crate::setup::Setup;
use crate::subjects::{self, Subject};
use crate::world::World;

const ROUNDS: usize = 9;
/// Warm requests of a round.
const REQUESTS: u32 = 20;

/// The figures' names.
pub(crate) const START: &str = "start to first poll, ms";
pub(crate) const START_CPU: &str = "start-up CPU, ms";
pub(crate) const FIRST: &str = "first request, ms";
pub(crate) const WARM: &str = "warm request, ms";
pub(crate) const WARM_CPU: &str = "warm request CPU, ms";
pub(crate) const MEMORY: &str = "resident memory, MB";
pub(crate) const FIRST_OVER_WARM: &str = "first request over a warm one";

/// One round of one program.
struct Round {
    start: f64,
    start_cpu: f64,
    first: f64,
    warm: f64,
    warm_cpu: f64,
    memory: f64,
}

pub(crate) fn measure(setup: &Setup, world: &World, section: &mut Section) -> Result<()> {
    let minimal = subjects::minimal(setup, world)?;
    let routes = subjects::routes(setup, world)?;
    let mut all: Vec<&Subject> = vec![&minimal];
    for subject in &routes {
        all.push(subject);
        all.extend(subject.bare.as_deref());
    }
    let mut rounds: Vec<Vec<Round>> = all.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for (subject, rounds) in all.iter().zip(&mut rounds) {
            rounds.push(round(subject).with_context(|| subject.name.clone())?);
        }
    }
    for (subject, rounds) in all.iter().zip(&rounds) {
        let mut put = |figure: &str, of: fn(&Round) -> f64| {
            let values: Vec<f64> = rounds.iter().map(of).collect();
            section.put(&subject.name, figure, Figure::of(&values));
        };
        put(START, |round| round.start);
        put(START_CPU, |round| round.start_cpu);
        put(FIRST, |round| round.first);
        put(WARM, |round| round.warm);
        put(WARM_CPU, |round| round.warm_cpu);
        put(MEMORY, |round| round.memory);
        put(FIRST_OVER_WARM, |round| round.first / round.warm);
    }
    Ok(())
}

fn round(subject: &Subject) -> Result<Round> {
    let mut function = Sandbox::start(&subject.program)?;
    let (start, start_cpu) = (milliseconds(function.start), milliseconds(function.used_to_start.cpu));
    let first = function.invoke(&(subject.event)()?)?;
    expect_success(&first)?;
    let (mut warm, mut cpu) = (Vec::new(), 0.0);
    for _ in 0..REQUESTS {
        let invocation = function.invoke(&(subject.event)()?)?;
        expect_success(&invocation)?;
        warm.push(milliseconds(invocation.time));
        cpu += milliseconds(invocation.cpu);
    }
    let memory = number(function.used().memory) / 1e6;
    function.stop()?;
    let warm = Figure::of(&warm).value();
    let warm_cpu = cpu / f64::from(REQUESTS);
    Ok(Round { start, start_cpu, first: milliseconds(first.time), warm, warm_cpu, memory })
}
