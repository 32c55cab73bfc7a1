//! Builds the functions' archives: `<target>/lambda/<binary>/bootstrap`.

use std::{
    env::{self, consts},
    fs::{self, File},
    path::PathBuf,
    process::Command,
};

use anyhow::{Context, Result};

use crate::tool::{
    exec,
    paths::{self, State},
    tools,
};

/// The package with what operators do, and its program.
const OPERATIONS: &str = "operations";

/// The processor that archives are built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Processor {
    /// This machine's, for emulators.
    Host,
    /// Arm, what AWS runs best for the money; cross-linked with Zig.
    Arm64,
}

impl Processor {
    /// Its name in Lambda's words.
    pub(crate) fn architecture(self) -> &'static str {
        match self {
            Self::Host if consts::ARCH == "x86_64" => "x86_64",
            Self::Host | Self::Arm64 => "arm64",
        }
    }
}

/// Builds every function in release mode; for this machine also the program of `operations/`: built together they share
/// every dependency, apart they would take twice as long.
///
/// `cargo xtask test` names `ARCHIVES` to the commands that its tests run: it built them for this machine already.
pub(crate) fn build(processor: Processor) -> Result<()> {
    if processor == Processor::Host && env::var_os("ARCHIVES").is_some() {
        return Ok(());
    }
    let _lock = paths::lock(&paths::archives())?;
    let mut command = exec::cargo(arguments(processor)?);
    command.env("PATH", tools::path_with_python_tools()?);
    exec::shown("Building the functions", &mut command)?;
    remove_others()
}

/// Keeps the archives as they are until the handle is dropped: no other command replaces them meanwhile.
pub(crate) fn keep_archives() -> Result<File> {
    paths::lock_shared(&paths::archives())
}

/// Removes archives of what is no function: of functions that are gone, and of other programs that cargo-lambda takes for
/// functions because they lie beside them.
fn remove_others() -> Result<()> {
    let sources = paths::root().join("functions/src/bin");
    for entry in fs::read_dir(paths::archives()).context("no archives were built")?.flatten() {
        let source = format!("{}.rs", entry.file_name().to_string_lossy());
        if entry.path().is_dir() && !sources.join(&source).exists() {
            fs::remove_dir_all(entry.path()).with_context(|| format!("cannot remove {}", entry.path().display()))?;
        }
    }
    Ok(())
}

fn arguments(processor: Processor) -> Result<Vec<String>> {
    let mut arguments = vec!["lambda", "build", "--release", "--locked", "--bins", "--package", "functions"];
    let host = host()?;
    match processor {
        // Cargo's own linker, and code for any processor of the kind: not every emulator's has what Lambda's has.
        Processor::Host => {
            arguments.extend(["--compiler", "cargo", "--disable-optimizations", "--skip-target-check"]);
            arguments.extend(["--target", &host, "--package", OPERATIONS]);
        }
        Processor::Arm64 => arguments.push("--arm64"),
    }
    Ok(arguments.into_iter().map(str::to_owned).collect())
}

/// The command that builds them for this machine, into `CARGO_TARGET_DIR`.
pub(crate) fn build_command() -> Result<Vec<String>> {
    Ok([vec!["cargo".to_owned()], arguments(Processor::Host)?].concat())
}

/// Builds the program of `operations/` as the functions are built, unless they were built for these tests already, and
/// gives its path.
pub(crate) fn build_operations() -> Result<PathBuf> {
    let host = host()?;
    let program = paths::target().join(&host).join("release").join(OPERATIONS);
    if env::var_os("ARCHIVES").is_some() {
        return Ok(program);
    }
    let mut command = exec::cargo(["build", "--release", "--locked", "--target", &host]);
    // The functions are named so that both share every dependency, and are not built.
    command.args(["--package", "functions", "--package", OPERATIONS, "--bin", OPERATIONS]);
    exec::logged("Building the operator's program", &mut command, &State::dev().log("build-operations")?)?;
    Ok(program)
}

/// Builds the programs of `bench/` and gives their folder. Built with the functions, they have the same features.
pub(crate) fn build_bench() -> Result<PathBuf> {
    let host = host()?;
    let mut command = exec::cargo(["build", "--release", "--locked", "--bins", "--target", &host]);
    command.args(["--package", "bench", "--package", "functions", "--package", OPERATIONS]);
    exec::shown("Building the baselines and what measures them", &mut command)?;
    Ok(paths::target().join(host).join("release"))
}

/// This machine's target triple.
fn host() -> Result<String> {
    let version = exec::captured(Command::new("rustc").arg("-vV").current_dir(paths::root()))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not print its host")?.to_owned())
}
