//! Measures the functions' release binaries through a Lambda Runtime API of its own, against the emulator, beside two
//! baselines: the bare calls of the same request, and the same route in Node.js. `cargo xtask bench` runs it.
//!
//! `bench measure <what>...` writes results and document; `bench check` compares with the committed results.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program talks to its user")]

mod baseline;
mod bounds;
mod building;
mod calls;
mod capacity;
mod cold;
mod cost;
mod document;
mod figures;
mod growth;
mod http;
mod instructions;
mod issuer;
mod load;
#[path = "../../shared/testdata/photo.rs"]
mod photo;
mod process;
mod sandbox;
mod scenarios;
mod setup;
mod sizes;
mod subjects;
mod tap;
mod world;

use std::fs;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::figures::{Kind, Results, Section};
use crate::setup::{Setup, load_average};
use crate::world::World;

/// What the check measures: figures that don't depend on the machine.
const CHECKED: [Kind; 3] = [Kind::Calls, Kind::Instructions, Kind::Sizes];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let setup = Setup::from_env()?;
    let (mode, kinds) = arguments.split_first().context("say `measure` or `check`")?;
    match mode.as_str() {
        "measure" => measure(&setup, &kinds_of(kinds)?),
        "check" => check(&setup),
        other => bail!("`{other}` is neither `measure` nor `check`"),
    }
}

/// The kinds that are named; all without a name.
fn kinds_of(names: &[String]) -> Result<Vec<Kind>> {
    if names.is_empty() {
        return Ok(Kind::ALL.to_vec());
    }
    let kind =
        |name: &String| Kind::ALL.into_iter().find(|kind| kind.name() == name).context(format!("no kind {name}"));
    names.iter().map(kind).collect()
}

fn measure(setup: &Setup, kinds: &[Kind]) -> Result<()> {
    for kind in Kind::ALL.into_iter().filter(|kind| kinds.contains(kind)) {
        // What is done is kept, whatever becomes of the rest.
        let mut results = Results::read(&setup.results)?;
        let section = section(setup, kind, &results)?;
        results.0.insert(kind, section);
        results.write(&setup.results)?;
        fs::write(&setup.document, document::of(&results)?)
            .with_context(|| format!("cannot write {}", setup.document.display()))?;
    }
    let results = Results::read(&setup.results)?;
    for bound in bounds::all(&results) {
        println!("{bound}");
    }
    Ok(())
}

fn section(setup: &Setup, kind: Kind, results: &Results) -> Result<Section> {
    let begun = Instant::now();
    eprintln!("· {} ...", kind.name());
    let mut section = Section { about: setup.about(), ..Section::default() };
    match kind {
        Kind::Calls => calls::measure(setup, &world(setup, kind)?, &mut section),
        Kind::Instructions => instructions::measure(setup, &world(setup, kind)?, &mut section),
        Kind::Sizes => sizes::measure(setup, &mut section),
        Kind::Cold => cold::measure(setup, &world(setup, kind)?, &mut section),
        Kind::Load => load::measure(setup, &world(setup, kind)?, &mut section),
        Kind::Growth => growth::measure(setup, &world(setup, kind)?, &mut section),
        Kind::Cost => cost::measure(results, &mut section),
        Kind::Build => building::measure(setup, &mut section),
    }
    .with_context(|| kind.name())?;
    section.about.load[1] = load_average();
    eprintln!("✓ {} ({} s)", kind.name(), begun.elapsed().as_secs());
    Ok(section)
}

/// A world of its own for each kind: what one measures must not depend on what another has left behind.
fn world(setup: &Setup, kind: Kind) -> Result<World> {
    World::make(&setup.endpoint, kind.name())
}

fn check(setup: &Setup) -> Result<()> {
    let committed = Results::read(&setup.results)?;
    let mut worse = Vec::new();
    for kind in CHECKED {
        let before = committed.section(kind).with_context(|| {
            format!("{} has no {}: run `cargo xtask bench` and commit it", setup.results.display(), kind.name())
        })?;
        let after = section(setup, kind, &committed)?;
        if kind != Kind::Calls && before.about.processor != after.about.processor {
            let (here, there) = (&after.about.processor, &before.about.processor);
            println!("! {}: NOT COMPARED, this is {here} and the committed figures are of {there}", kind.name());
            continue;
        }
        let comparison = baseline::compare(kind, before, &after);
        for subject in &comparison.new {
            println!("new     {subject}: run `cargo xtask bench {}` and commit its figures", kind.name());
        }
        for subject in &comparison.gone {
            println!("gone    {subject}");
        }
        for moved in comparison.moves {
            println!("{moved}");
            if moved.is_worse {
                worse.push(format!("{}, {}", moved.subject, moved.figure));
            }
        }
    }
    if worse.is_empty() {
        println!("Nothing got worse.");
        return Ok(());
    }
    bail!(
        "worse than the committed figures: {}. Where that is meant, run `cargo xtask bench` and commit docs/performance.*",
        worse.join("; ")
    )
}
