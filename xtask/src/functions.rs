//! Builds the functions' archives: `<target>/lambda/<binary>/bootstrap`.

use std::{env::consts, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{exec, paths, tools};

/// The processor that archives are built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Processor {
    /// This machine's: what an emulator runs.
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

/// Builds every function in release mode; for this machine also the shared library's programs that work on a table:
/// built together they share every dependency, apart they would take twice as long.
pub(crate) fn build(processor: Processor) -> Result<()> {
    let mut command = exec::cargo(["lambda", "build", "--release", "--locked", "--bins"]);
    command.args(["--package", "functions"]);
    match processor {
        // Cargo's own linker, and code for any processor of the kind: not every emulator's has what Lambda's has.
        Processor::Host => {
            command.args(["--compiler", "cargo", "--disable-optimizations", "--skip-target-check"]);
            command.args(["--target", &host()?, "--package", "shared"]);
        }
        Processor::Arm64 => {
            command.arg("--arm64");
        }
    }
    command.env("PATH", tools::path_with_python_tools()?);
    exec::shown("Building the functions", &mut command)
}

/// A program of the shared library; cargo-lambda puts it where it puts the functions.
pub(crate) fn program(name: &str) -> Result<PathBuf> {
    let program = paths::archives().join(name).join("bootstrap");
    ensure!(program.exists(), "the package `shared` has no program `{name}` (shared/src/bin/{name}.rs)");
    Ok(program)
}

/// This machine's target triple.
fn host() -> Result<String> {
    let version = exec::captured(Command::new("rustc").arg("-vV").current_dir(paths::root()))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not tell its host")?.to_owned())
}
