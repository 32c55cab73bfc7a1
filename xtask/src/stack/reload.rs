//! `cargo xtask dev --watch`: what changed is rebuilt, and only the functions whose programs changed are updated.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use crate::{
    stack::{functions, operations::Target, running::Stack, web},
    tool::{
        exec, interrupt,
        paths::{self, State},
        stamp::Inputs,
    },
};

/// The sources of the functions.
const SOURCES: [&str; 2] = ["functions", "shared"];
const SOURCE_FILES: [&str; 2] = ["Cargo.toml", "Cargo.lock"];

/// How often it looks: each look reads every source.
const INTERVAL: Duration = Duration::from_secs(1);

/// The state of the running stack, and of the sources that it was built from.
pub(crate) struct Reload {
    stack: Stack,
    looked: Instant,
    sources: String,
    pages: String,
    programs: BTreeMap<String, String>,
}

impl Reload {
    /// A stack that is up to date.
    pub(crate) fn of(stack: Stack) -> Result<Self> {
        Ok(Self {
            stack,
            looked: Instant::now(),
            sources: sources()?,
            pages: web::sources()?.hash(),
            programs: programs()?,
        })
    }

    /// Brings the stack up to date if a source changed. If that does not build, it shows the errors and waits for the next
    /// change. Gives whether functions were updated.
    pub(crate) fn follow(&mut self, state: &State) -> Result<bool> {
        if self.looked.elapsed() < INTERVAL {
            return Ok(false);
        }
        self.looked = Instant::now();
        let pages = web::sources()?.hash();
        if pages != self.pages {
            self.pages = pages;
            or_shown(web::build())?;
        }
        let sources = sources()?;
        if sources == self.sources {
            return Ok(false);
        }
        self.sources = sources;
        if or_shown(functions::build(functions::Processor::Host))?.is_none() {
            return Ok(false);
        }
        let programs = programs()?;
        let changed: Vec<&str> = programs
            .iter()
            .filter(|(name, hash)| self.programs.get(*name) != Some(hash))
            .map(|(name, _)| name.as_str())
            .collect();
        let updated = !changed.is_empty();
        if updated {
            self.update(state, &changed)?;
        }
        self.programs = programs;
        Ok(updated)
    }

    fn update(&self, state: &State, changed: &[&str]) -> Result<()> {
        let archives = paths::archives();
        let words = ["update-functions", &archives.to_string_lossy()];
        let mut update = Target::running(&self.stack).command(&words)?;
        exec::logged(&format!("Updating {}", changed.join(", ")), update.args(changed), &state.log("update")?)
    }
}

/// Shows a failure, which the next change may repair.
fn or_shown<T>(outcome: Result<T>) -> Result<Option<T>> {
    match outcome {
        Ok(done) => Ok(Some(done)),
        Err(error) if error.is::<interrupt::Interrupted>() => Err(error),
        Err(error) => {
            eprintln!("{error:#}\nWaiting for the next change.");
            Ok(None)
        }
    }
}

fn sources() -> Result<String> {
    let root = paths::root();
    let inputs = SOURCES.iter().try_fold(Inputs::default(), |inputs, folder| inputs.folder(&root.join(folder)))?;
    Ok(SOURCE_FILES.iter().try_fold(inputs, |inputs, file| inputs.file(&root.join(file)))?.hash())
}

/// The functions' programs, by name and hash.
fn programs() -> Result<BTreeMap<String, String>> {
    let names = fs::read_dir(paths::root().join("functions/src/bin")).context("cannot read the functions' names")?;
    names
        .map(|entry| {
            let name = PathBuf::from(entry?.file_name()).with_extension("").to_string_lossy().into_owned();
            let program = paths::archives().join(&name).join("bootstrap");
            Ok((name, Inputs::default().file(&program)?.hash()))
        })
        .collect()
}
