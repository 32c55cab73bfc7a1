//! `cargo xtask bench`: measures the functions' release binaries beside the baselines, with the program of `bench/`.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::json;

use crate::{
    stack::{
        emulator,
        functions::{self, Processor},
        local,
    },
    tool::{
        exec, machine,
        paths::{self, State},
        port,
        process::Services,
        tools,
    },
};

/// Measures the functions and writes docs/performance.md and .json
///
/// Everything takes about half an hour, most of it the clean build. Times need a machine that does nothing else. Needs
/// valgrind and Linux.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Kinds of figures, by the names of the sections of docs/performance.json; without a name all kinds
    kinds: Vec<String>,
}

/// `cargo xtask bench`.
pub(crate) fn run(options: &Options) -> Result<()> {
    measure("Measuring", &[vec!["measure".to_owned()], options.kinds.clone()].concat())
}

/// Fails where a figure that does not depend on the machine is worse than the committed one.
pub(crate) fn check() -> Result<()> {
    if !cfg!(target_os = "linux") {
        eprintln!("! bench: NOT CHECKED, processes are measured on Linux only");
        return Ok(());
    }
    measure("Figures against docs/performance.json", &["check".to_owned()])
}

fn measure(title: &str, arguments: &[String]) -> Result<()> {
    machine::check(&machine::ALWAYS)?;
    let valgrind = exec::captured(Command::new("valgrind").arg("--version"));
    let Ok(valgrind) = valgrind else { bail!("valgrind is missing. Debian: `apt-get install valgrind`") };
    tools::install_python_tools()?;
    functions::build(Processor::Host)?;
    let programs = functions::build_bench()?;

    let state = State::test("bench");
    local::stop_all(&state)?;
    let port = port::any_free()?;
    let service = emulator::start(&state, port, false)?;
    Services::default().record(&state, service.clone())?;
    let result = emulator::wait_until_healthy(&state, &service).and_then(|()| {
        let mut bench = Command::new(programs.join("bench"));
        emulator::caller(&mut bench, &emulator::endpoint(port))
            .args(arguments)
            .current_dir(paths::root())
            .envs(environment(&state, programs, valgrind.trim())?)
            .env("PATH", tools::path_with_python_tools()?);
        exec::shown(title, &mut bench)
    });
    let stopped = local::stop_all(&state);
    result.and(stopped)
}

/// The program's environment.
fn environment(state: &State, programs: PathBuf, valgrind: &str) -> Result<[(&'static str, PathBuf); 7]> {
    let version = |program: &str| -> Result<String> {
        let printed = exec::captured(Command::new(program).arg("--version").current_dir(paths::root()))?;
        Ok(printed.split_whitespace().find(|word| word.contains('.')).unwrap_or_default().to_owned())
    };
    let pinned = fs::read_to_string(paths::root().join("xtask/requirements.txt")).context("requirements.txt")?;
    let emulator = pinned.lines().find_map(|line| line.strip_prefix("ministack")).unwrap_or_default();
    let versions = json!({
        "rustc": version("rustc")?,
        "valgrind": valgrind.trim_start_matches("valgrind-"),
        "MiniStack": emulator.rsplit("==").next().unwrap_or_default(),
    });
    let docs = paths::root().join("docs");
    Ok([
        ("BENCH_FUNCTIONS", paths::archives()),
        ("BENCH_BASELINES", programs),
        ("BENCH_SCRATCH", state.made("scratch")?),
        ("BENCH_RESULTS", docs.join("performance.json")),
        ("BENCH_DOCUMENT", docs.join("performance.md")),
        ("BENCH_TOOLS", versions.to_string().into()),
        ("BENCH_BUILD", json!(functions::build_command()?).to_string().into()),
    ])
}
