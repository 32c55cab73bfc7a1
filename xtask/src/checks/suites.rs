//! The test suites: of the code alone, of an emulator's table, and of a deployed stack.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{
    checks::{schemathesis, targets::TestTargets},
    stack::{
        aws::Cloud,
        deployment::Gateway,
        emulator,
        local::{self, Emulator, Plan},
        removal,
        running::Stack,
        web::Ports,
    },
    tool::{
        browser, exec,
        paths::{self, State},
        port,
        process::Services,
        tools,
    },
};

/// Every cargo test names the whole workspace, so that all of them share one build of each dependency: cargo
/// builds a dependency anew for each set of packages that wants other features of it.
fn cargo_test() -> Command {
    exec::cargo(["test", "--workspace", "--locked"])
}

/// `cargo test` of integration tests.
fn cargo_tests(targets: &[String]) -> Result<Command> {
    ensure!(!targets.is_empty(), "the workspace lacks integration tests of this part");
    let mut tests = cargo_test();
    for target in targets {
        tests.args(["--test", target]);
    }
    Ok(tests)
}

/// Adds the unit tests of libraries and programs.
fn with_units<'a>(tests: &'a mut Command, targets: &TestTargets) -> &'a mut Command {
    tests.arg("--lib");
    for program in &targets.programs {
        tests.args(["--bin", program]);
    }
    tests
}

/// Builds every test at once: one after the other, they would wait for the slowest crate again and again.
pub(crate) fn build() -> Result<()> {
    let targets = TestTargets::read()?;
    let all = [&targets.unit[..], &targets.table, &targets.end_to_end, &targets.afterwards].concat();
    let mut tests = cargo_tests(&all)?;
    exec::shown("Building the tests", with_units(&mut tests, &targets).arg("--no-run"))
}

/// Unit, property and handler tests, and the examples in the documentation.
pub(crate) fn unit() -> Result<()> {
    let targets = TestTargets::read()?;
    let mut tests = cargo_tests(&targets.unit)?;
    exec::shown("Unit, property and handler tests", with_units(&mut tests, &targets))?;
    exec::shown("Examples in the documentation", cargo_test().arg("--doc"))
}

/// A Node package's own tests.
pub(crate) fn node(package: &str) -> Result<()> {
    tools::install_node_package(package)?;
    exec::shown(&format!("{package}: tests"), &mut exec::npm(package, ["test", "--silent"]))
}

/// The tests of the table and of the functions on it, against an emulator of their own.
pub(crate) fn table() -> Result<()> {
    tools::install_python_tools()?;
    let state = State::test("table");
    local::stop_all(&state)?;
    let port = port::any_free()?;
    let service = emulator::start(&state, port, false)?;
    Services::default().record(&state, service.clone())?;
    let result = emulator::wait_until_healthy(&state, &service).and_then(|()| table_tests(port));
    let stopped = local::stop_all(&state);
    result.and(stopped)
}

fn table_tests(port: u16) -> Result<()> {
    let endpoint = emulator::endpoint(port);
    let mut tests = cargo_tests(&TestTargets::read()?.table)?;
    emulator::caller(&mut tests, &endpoint).env("TEST_AWS_ENDPOINT_URL", &endpoint);
    exec::shown("Tests against the emulator", &mut tests)
}

/// A stack for tests.
pub(crate) struct TestStack {
    /// The name of its folder and its deployment.
    pub(crate) name: &'static str,
    pub(crate) emulator: Emulator,
    pub(crate) gateway: Gateway,
    /// Whether it runs on when the tests end.
    pub(crate) keep: bool,
}

impl TestStack {
    /// One on a MiniStack of its own that enforces every role's policy.
    pub(crate) fn new(name: &'static str, gateway: Gateway, keep: bool) -> Result<Self> {
        Ok(Self { name, emulator: Emulator::MiniStack { port: port::any_free()?, iam: true }, gateway, keep })
    }

    /// Starts it, runs tests, which get its folder, and stops it.
    fn run(self, tests: impl FnOnce(&State) -> Result<()>) -> Result<()> {
        let state = State::test(self.name);
        local::stop_all(&state)?;
        let pages = Ports { portal: port::any_free()?, clinic: port::any_free()? };
        let openid_port = port::any_free()?;
        let Self { name, emulator, gateway, keep } = self;
        let plan = Plan { state: state.clone(), stage: name, emulator, gateway, openid_port, pages };
        local::start(&plan)?;
        let result = tests(&state);
        if keep {
            eprintln!("The stack of these tests runs on; STACK_JSON={}", paths::shown(&state.stack_json()));
            return result;
        }
        let removed = match plan.emulator {
            // It goes with its emulator.
            Emulator::MiniStack { .. } => Ok(()),
            Emulator::LocalStack { endpoint } => {
                removal::remove_stage(&state, &Cloud::Emulator { endpoint }, name, false)
            }
        };
        let stopped = local::stop_all(&state);
        result.and(removed).and(stopped)
    }
}

/// The stack that `STACK_JSON` names, on which the tests run instead of one of their own.
pub(crate) fn given_stack() -> Result<Option<PathBuf>> {
    let Some(path) = env::var_os("STACK_JSON").filter(|path| !path.is_empty()) else { return Ok(None) };
    let path = env::current_dir().unwrap_or_default().join(path);
    fs::metadata(&path).with_context(|| format!("STACK_JSON names {}, which cannot be read", path.display()))?;
    Ok(Some(path))
}

/// The pages in a browser, on a stack of their own or a given one.
pub(crate) fn pages(stack: TestStack, given: Option<&Path>) -> Result<()> {
    let browser = browser::program()?;
    let tests = |stack: &Path| {
        let mut tests = exec::npm("web", ["run", "e2e", "--silent"]);
        exec::shown("web: tests in a browser", tests.env("STACK_JSON", stack).env("BROWSER", &browser))
    };
    match given {
        Some(stack) => tests(stack),
        None => stack.run(|state| tests(&state.stack_json())),
    }
}

/// The end-to-end tests on a stack of their own, then schemathesis where that is asked for: it leaves a stack changed.
pub(crate) fn end_to_end(stack: TestStack, with_schemathesis: bool) -> Result<()> {
    let without = match stack.emulator {
        Emulator::MiniStack { .. } => &[][..],
        Emulator::LocalStack { .. } => &NOT_ON_LOCALSTACK,
    };
    stack.run(|state| {
        end_to_end_tests(&state.stack_json(), without)?;
        if with_schemathesis { schemathesis::run(state, &Stack::read(state)?) } else { Ok(()) }
    })
}

/// The end-to-end tests on a given stack.
pub(crate) fn end_to_end_on(given: &Path, with_schemathesis: bool) -> Result<()> {
    let state = State::test("e2e");
    end_to_end_tests(given, &[])?;
    if with_schemathesis {
        return schemathesis::run(&state, &Stack::read_from(given)?);
    }
    eprintln!("schemathesis leaves a stack changed, so it left this one alone; `--schemathesis` runs it.");
    Ok(())
}

/// Tests that LocalStack can't pass, and why. Policies are not enforced there, so the test of the roles leaves out what
/// they deny.
const NOT_ON_LOCALSTACK: [(&str, &str); 3] = [
    ("an_unsigned_address_takes_nothing", "its S3 takes anonymous requests, because it enforces no policy"),
    (
        "a_table_is_restored_beside_and_what_was_lost_is_put_back",
        "its DynamoDB is Amazon's DynamoDB Local, which knows no RestoreTableToPointInTime",
    ),
    ("production_is_deployed_whole_and_goes_without_its_data", "it has no CloudFront, no WAF, no Cognito, no HTTP API"),
];

/// The end-to-end tests but some, which are named with the reason; then those that come after the others.
fn end_to_end_tests(stack: &Path, without: &[(&str, &str)]) -> Result<()> {
    for (test, reason) in without {
        eprintln!("! {test}: NOT CHECKED here, {reason}");
    }
    let targets = TestTargets::read()?;
    end_to_end_targets("End-to-end tests", &targets.end_to_end, stack, without)?;
    for target in targets.afterwards {
        end_to_end_targets(&format!("Afterwards: {target}"), &[target], stack, without)?;
    }
    Ok(())
}

fn end_to_end_targets(title: &str, targets: &[String], stack: &Path, without: &[(&str, &str)]) -> Result<()> {
    let mut tests = cargo_tests(targets)?;
    // Some tests run xtask as operators and developers do.
    let xtask = env::current_exe().context("xtask does not find itself")?;
    tests
        .env("STACK_JSON", stack)
        .env("XTASK", xtask)
        .env("CARGO_LAMBDA", tools::python_tool("cargo-lambda"))
        .env("ARCHIVES", paths::archives());
    tests.arg("--");
    if !without.is_empty() {
        tests.env("IAM_ENFORCED", "false");
    }
    for (test, _) in without {
        tests.args(["--skip", test]);
    }
    exec::shown(title, &mut tests)
}
