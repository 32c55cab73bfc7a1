//! Measures the functions' release binaries through a Lambda Runtime API of its own, against the emulator, beside the bare
//! AWS calls of the same requests. `cargo xtask bench` runs it.
//!
//! `bench measure <kind>...` writes results and document; `bench check` compares with the committed results.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program talks to its user")]

mod baseline;
mod bounds;
mod building;
mod calls;
mod cold;
mod cost;
mod document;
mod figures;
mod functions;
mod growth;
mod http;
mod instructions;
mod load;
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
use crate::process::load_average;
use crate::setup::Setup;
use crate::world::World;

/// The kinds that do not depend on the machine's speed.
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
    let (mode, kinds) = arguments.split_first().context("the first argument is `measure` or `check`")?;
    match mode.as_str() {
        "measure" => kinds_of(kinds).and_then(|kinds| measure(&Setup::from_env()?, &kinds)),
        "check" => check(&Setup::from_env()?),
        other => bail!("`{other}` is neither `measure` nor `check`"),
    }
}

/// The kinds of these names; without names all kinds.
fn kinds_of(names: &[String]) -> Result<Vec<Kind>> {
    if names.is_empty() {
        return Ok(Kind::ALL.to_vec());
    }
    let known = Kind::ALL.map(Kind::name).join(", ");
    let kind = |name: &String| Kind::ALL.into_iter().find(|kind| kind.name() == name);
    names
        .iter()
        .map(|name| kind(name).with_context(|| format!("no kind of figures is named {name}, but {known}")))
        .collect()
}

fn measure(setup: &Setup, kinds: &[Kind]) -> Result<()> {
    for kind in Kind::ALL.into_iter().filter(|kind| kinds.contains(kind)) {
        // Written after each kind, so that a later error loses nothing.
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

/// Each kind has a world of its own, so that its figures do not depend on the others.
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
