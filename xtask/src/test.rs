//! `cargo xtask test`: everything that must hold, in the order in which it fails cheapest.

use std::{
    env, fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::{
    dev::{self, Plan},
    emulator, exec, lint,
    paths::{self, State},
    port,
    process::Services,
    progress, tools,
};

/// Tests that need an emulator, as package and test target: the `table` part.
const TABLE_TESTS: [(&str, &str); 2] = [("shared", "table"), ("functions", "emulator")];

/// Checks everything, or the parts that are named
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// What to check; without a part, everything in this order
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Leave the end-to-end stack running, for another look (stop it with `cargo xtask down`)
    #[arg(long)]
    keep: bool,
}

/// A part of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Is everything formatted?
    Fmt,
    /// clippy, rustdoc, cargo-deny, npm audit, and the linters of the Node packages: warnings are errors
    Lint,
    /// Unit, property and handler tests, and those of the OpenID provider: nothing has to run for them
    Unit,
    /// The tests of the table and of the functions on it, against an emulator of their own
    Table,
    /// The stack as code: its policy checks and its own tests
    Infra,
    /// A stack of its own, deployed with IAM enforced, tested over HTTP; with `STACK_JSON` set, that stack instead
    E2e,
}

/// How a part went.
struct Outcome {
    part: Part,
    time: Duration,
    passed: bool,
}

/// `cargo xtask test`.
pub(crate) fn run(options: &Options) -> Result<()> {
    tools::check_prerequisites()?;
    let parts = if options.parts.is_empty() {
        Part::value_variants()
    } else {
        &options.parts
    };
    let mut outcomes = Vec::new();
    let mut failure = None;
    for &part in parts {
        eprintln!("\n== {} ==", part.name());
        let since = Instant::now();
        let result = part.run(options.keep);
        outcomes.push(Outcome {
            part,
            time: since.elapsed(),
            passed: result.is_ok(),
        });
        if let Err(error) = result {
            failure = Some(error);
            break;
        }
    }
    summarize(parts, &outcomes);
    match failure {
        None => Ok(()),
        Some(error) => {
            let part = outcomes.last().map_or("", |outcome| outcome.part.name());
            Err(error.context(format!(
                "the part `{part}` failed; run it alone with `cargo xtask test {part}`"
            )))
        }
    }
}

fn summarize(parts: &[Part], outcomes: &[Outcome]) {
    println!();
    for (index, part) in parts.iter().enumerate() {
        let word = match outcomes.get(index) {
            Some(Outcome {
                time, passed: true, ..
            }) => format!("passed  {}", progress::time(*time)),
            Some(Outcome { time, .. }) => format!("FAILED  {}", progress::time(*time)),
            None => "not run".to_owned(),
        };
        println!("  {:<6} {word}", part.name());
    }
    println!();
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Lint => "lint",
            Self::Unit => "unit",
            Self::Table => "table",
            Self::Infra => "infra",
            Self::E2e => "e2e",
        }
    }

    fn run(self, keep: bool) -> Result<()> {
        match self {
            Self::Fmt => lint::format(),
            Self::Lint => lint::all(),
            Self::Unit => unit(),
            Self::Table => table(),
            Self::Infra => node_tests("infra"),
            Self::E2e => end_to_end(keep),
        }
    }
}

fn unit() -> Result<()> {
    let mut tests = exec::cargo([
        "test",
        "--workspace",
        "--exclude",
        "tests",
        "--locked",
        "--lib",
        "--bins",
    ]);
    for target in tests_without_emulator()? {
        tests.args(["--test", &target]);
    }
    exec::shown("Unit, property and handler tests", &mut tests)?;
    let mut docs = exec::cargo([
        "test",
        "--workspace",
        "--exclude",
        "tests",
        "--locked",
        "--doc",
    ]);
    exec::shown("Examples in the documentation", &mut docs)?;
    node_tests("dev/openid")
}

/// Every integration test of the workspace but those of other parts: a new one cannot be forgotten.
fn tests_without_emulator() -> Result<Vec<String>> {
    let text = exec::captured(&mut exec::cargo([
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
        "--locked",
    ]))?;
    let metadata: Value = serde_json::from_str(&text).context("cargo's metadata are damaged")?;
    Ok(integration_tests(&metadata))
}

fn integration_tests(metadata: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    for package in list(&metadata["packages"]) {
        let package_name = package["name"].as_str().unwrap_or_default();
        for target in list(&package["targets"]) {
            let name = target["name"].as_str().unwrap_or_default();
            let elsewhere = package_name == "tests" || TABLE_TESTS.contains(&(package_name, name));
            if target["kind"][0] == "test" && !elsewhere {
                found.push(name.to_owned());
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn node_tests(package: &str) -> Result<()> {
    tools::install_node_package(package)?;
    exec::shown(
        &format!("{package}: tests"),
        &mut exec::npm(package, ["test", "--silent"]),
    )
}

fn table() -> Result<()> {
    tools::install_python_tools()?;
    let state = State::test("table");
    dev::stop_all(&state)?;
    let port = port::any_free()?;
    let service = emulator::start(&state, port, false)?;
    Services::default().record(&state, service.clone())?;
    let result = emulator::wait_until_healthy(&state, &service).and_then(|()| table_tests(port));
    let stopped = dev::stop_all(&state);
    result.and(stopped)
}

fn table_tests(port: u16) -> Result<()> {
    for (package, test) in TABLE_TESTS {
        let mut command = exec::cargo(["test", "--locked", "--package", package, "--test", test]);
        emulator::caller(&mut command, &emulator::endpoint(port))
            .env("TEST_AWS_ENDPOINT_URL", emulator::endpoint(port));
        exec::shown(
            &format!("{package}: tests against the emulator"),
            &mut command,
        )?;
    }
    Ok(())
}

fn end_to_end(keep: bool) -> Result<()> {
    if let Some(stack) = env::var_os("STACK_JSON").filter(|path| !path.is_empty()) {
        let stack = env::current_dir().unwrap_or_default().join(stack);
        return end_to_end_tests(stack);
    }
    let state = State::test("e2e");
    dev::stop_all(&state)?;
    let plan = Plan {
        state: state.clone(),
        port: port::any_free()?,
        openid_port: port::any_free()?,
        iam: true,
    };
    dev::up(&plan)?;
    let result = end_to_end_tests(state.stack_json());
    if keep {
        eprintln!(
            "The end-to-end stack runs on; STACK_JSON={}",
            paths::shown(&state.stack_json())
        );
        return result;
    }
    let stopped = dev::stop_all(&state);
    result.and(stopped)
}

fn end_to_end_tests(stack: PathBuf) -> Result<()> {
    fs::metadata(&stack)
        .with_context(|| format!("STACK_JSON names {}, which cannot be read", stack.display()))?;
    let mut tests = exec::cargo(["test", "--locked", "--package", "tests"]);
    exec::shown("End-to-end tests", tests.env("STACK_JSON", stack))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn integration_tests_are_found_but_for_those_of_other_parts() {
        let target = |kind: &str, name: &str| json!({"kind": [kind], "name": name});
        let metadata = json!({"packages": [
            {"name": "shared", "targets": [target("lib", "shared"), target("test", "table"), target("test", "layers")]},
            {"name": "functions", "targets": [target("bin", "get-me"), target("test", "handlers"), target("test", "emulator")]},
            {"name": "tests", "targets": [target("test", "end_to_end")]},
        ]});
        assert_eq!(integration_tests(&metadata), ["handlers", "layers"]);
    }
}
