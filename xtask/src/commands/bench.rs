//! `cargo xtask bench`: measures the functions' release binaries beside the baselines, with the program of `bench/`.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
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

/// The Node.js baseline, which no stack needs.
pub(crate) const NODE_PACKAGE: &str = "bench/node";

/// Measures the functions and writes docs/performance.md and .json
///
/// Everything takes about half an hour, most of it the clean build; times are worth something on a machine that does
/// nothing else. Needs valgrind and Linux.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// What to measure; everything without a name
    #[arg(value_enum)]
    what: Vec<Measurement>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measurement {
    /// AWS calls, units, bytes of answers and logs, for every function
    Calls,
    /// Instructions of a start and of a warm request, beside the bare calls
    Instructions,
    /// Sizes of binaries and archives
    Sizes,
    /// Start, first and warm requests, processor time and memory, beside both baselines
    Cold,
    /// 1 and 16 writers into one and into 16 chats
    Load,
    /// Chats 10 and 100 times as long, patients with 10 and 100 times as many
    Growth,
    /// Dollars per million messages, from what was measured before
    Cost,
    /// A clean build of all functions, and one after a change in one route
    Build,
}

/// `cargo xtask bench`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let names = options.what.iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<String> = names.map(|value| value.get_name().to_owned()).collect();
    measure("Measuring", &[vec!["measure".to_owned()], names].concat())
}

/// Whether any figure that does not depend on the machine is worse than the committed one.
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
    tools::install_node_package(NODE_PACKAGE)?;
    exec::shown("Bundling the Node.js baseline", &mut exec::npm(NODE_PACKAGE, ["run", "build", "--silent"]))?;
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

/// What the program is told.
fn environment(state: &State, programs: PathBuf, valgrind: &str) -> Result<[(&'static str, PathBuf); 8]> {
    let version = |program: &str| -> Result<String> {
        let printed = exec::captured(Command::new(program).arg("--version").current_dir(paths::root()))?;
        Ok(printed.split_whitespace().find(|word| word.contains('.')).unwrap_or_default().to_owned())
    };
    let pinned = fs::read_to_string(paths::root().join("xtask/requirements.txt")).context("requirements.txt")?;
    let emulator = pinned.lines().find_map(|line| line.strip_prefix("ministack")).unwrap_or_default();
    let versions = json!({
        "rustc": version("rustc")?,
        "valgrind": valgrind.trim_start_matches("valgrind-"),
        "Node.js": version("node")?.trim_start_matches('v'),
        "MiniStack": emulator.rsplit("==").next().unwrap_or_default(),
    });
    let docs = paths::root().join("docs");
    Ok([
        ("BENCH_FUNCTIONS", paths::archives()),
        ("BENCH_BASELINES", programs),
        ("BENCH_NODE", paths::root().join(NODE_PACKAGE).join("dist")),
        ("BENCH_SCRATCH", state.made("scratch")?),
        ("BENCH_RESULTS", docs.join("performance.json")),
        ("BENCH_DOCUMENT", docs.join("performance.md")),
        ("BENCH_TOOLS", versions.to_string().into()),
        ("BENCH_BUILD", json!(functions::build_command()?).to_string().into()),
    ])
}
