//! `cargo xtask test`: everything that must hold, in the order in which it fails cheapest.

use std::{
    env,
    ffi::OsString,
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::{
    checks::{lint, policies, schemathesis},
    commands::{bench, destroy},
    stack::{
        aws::Cloud,
        deployment::Gateway,
        emulator,
        local::{self, Emulator, EmulatorKind, Plan},
        localstack,
        running::Stack,
        web::Ports,
    },
    tool::{
        exec,
        paths::{self, State},
        port,
        process::Services,
        progress, tools,
    },
};

/// Tests that need an emulator, as package and test target: the `table` part.
const TABLE_TESTS: [(&str, &str); 2] = [("shared", "table"), ("functions", "emulator")];

/// Checks everything, or the parts that are named
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// What to check; without a part, everything in this order
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Leave the stacks of the parts `web` and `e2e` running, for another look (stop it with `cargo xtask down`)
    #[arg(long)]
    keep: bool,
    /// The AWS emulator of the part `e2e`: MiniStack, which is started, or a LocalStack that runs already
    #[arg(long, value_enum, default_value_t = EmulatorKind::Ministack)]
    emulator: EmulatorKind,
    /// Where that LocalStack answers
    #[arg(long, value_name = "URL", default_value = localstack::ENDPOINT)]
    endpoint: String,
    /// The API Gateway of the part `e2e`; without it, one after the other
    #[arg(long, value_enum)]
    gateway: Option<Gateway>,
    /// Let schemathesis loose on the stack of `STACK_JSON` too, which it leaves changed
    #[arg(long)]
    schemathesis: bool,
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
    /// The stack as code: its own tests with cdk-nag, then cfn-lint and checkov on the templates of production
    Infra,
    /// The pages: their logic and components, both applications built within their size, and all of it in a browser on a
    /// stack of its own; with `STACK_JSON` set, on that stack instead
    Web,
    /// A stack of its own, deployed with IAM enforced, tested over HTTP, by schemathesis too; with `STACK_JSON` set,
    /// that stack instead
    E2e,
    /// Calls, units, bytes, instructions and sizes: nothing is worse than in docs/performance.json
    Bench,
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
    let parts = if options.parts.is_empty() { Part::value_variants() } else { &options.parts };
    let mut outcomes = Vec::new();
    let mut failure = None;
    for &part in parts {
        eprintln!("\n== {} ==", part.name());
        let since = Instant::now();
        let result = part.run(options);
        outcomes.push(Outcome { part, time: since.elapsed(), passed: result.is_ok() });
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
            Err(error.context(format!("the part `{part}` failed; run it alone with `cargo xtask test {part}`")))
        }
    }
}

fn summarize(parts: &[Part], outcomes: &[Outcome]) {
    println!();
    for (index, part) in parts.iter().enumerate() {
        let word = match outcomes.get(index) {
            Some(Outcome { time, passed: true, .. }) => format!("passed  {}", progress::time(*time)),
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
            Self::Web => "web",
            Self::E2e => "e2e",
            Self::Bench => "bench",
        }
    }

    fn run(self, options: &Options) -> Result<()> {
        match self {
            Self::Fmt => lint::format(),
            Self::Lint => lint::all(),
            Self::Unit => unit(),
            Self::Table => table(),
            Self::Infra => {
                node_tests("infra")?;
                policies::check()
            }
            Self::Web => {
                node_tests("web")?;
                pages(options)
            }
            Self::E2e => end_to_end(options),
            Self::Bench => bench::check(),
        }
    }
}

/// Every cargo test names the whole workspace, so that all of them share one build of each dependency: cargo
/// builds a dependency anew for each set of packages that wants other features of it.
fn cargo_test() -> Command {
    exec::cargo(["test", "--workspace", "--locked"])
}

fn unit() -> Result<()> {
    let mut tests = cargo_test();
    // The functions' programs are one line each; these are the ones with tests of their own.
    tests.args(["--lib", "--bin", "xtask", "--bin", "bench"]);
    for target in IntegrationTests::read()?.unit {
        tests.args(["--test", &target]);
    }
    exec::shown("Unit, property and handler tests", &mut tests)?;
    exec::shown("Examples in the documentation", cargo_test().arg("--doc"))?;
    node_tests("dev/openid")
}

/// The workspace's integration tests, by the part that runs them: a new one cannot be forgotten.
#[derive(Debug, Default, PartialEq, Eq)]
struct IntegrationTests {
    unit: Vec<String>,
    end_to_end: Vec<String>,
}

impl IntegrationTests {
    fn read() -> Result<Self> {
        let text = exec::captured(&mut exec::cargo(["metadata", "--no-deps", "--format-version", "1", "--locked"]))?;
        let metadata: Value = serde_json::from_str(&text).context("cargo's metadata are damaged")?;
        Ok(Self::from_metadata(&metadata))
    }

    fn from_metadata(metadata: &Value) -> Self {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let mut found = Self::default();
        for package in list(&metadata["packages"]) {
            let package_name = package["name"].as_str().unwrap_or_default();
            for target in list(&package["targets"]) {
                let name = target["name"].as_str().unwrap_or_default();
                if target["kind"][0] != "test" || TABLE_TESTS.contains(&(package_name, name)) {
                    continue;
                }
                let part = if package_name == "tests" { &mut found.end_to_end } else { &mut found.unit };
                part.push(name.to_owned());
            }
        }
        found
    }
}

fn node_tests(package: &str) -> Result<()> {
    tools::install_node_package(package)?;
    exec::shown(&format!("{package}: tests"), &mut exec::npm(package, ["test", "--silent"]))
}

fn table() -> Result<()> {
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
    let mut tests = cargo_test();
    for (_, test) in TABLE_TESTS {
        tests.args(["--test", test]);
    }
    emulator::caller(&mut tests, &endpoint).env("TEST_AWS_ENDPOINT_URL", &endpoint);
    exec::shown("Tests against the emulator", &mut tests)
}

/// Runs tests on a stack of their own, or on the one that `STACK_JSON` names. They are told where its description is,
/// and whether it is theirs to leave changed.
fn on_a_stack(
    name: &'static str,
    options: &Options,
    (emulator, gateway): (Emulator, Gateway),
    tests: impl FnOnce(&State, &Path, bool) -> Result<()>,
) -> Result<()> {
    let state = State::test(name);
    if let Some(stack) = given_stack() {
        let stack = env::current_dir().unwrap_or_default().join(stack);
        fs::metadata(&stack).with_context(|| format!("STACK_JSON names {}, which cannot be read", stack.display()))?;
        return tests(&state, &stack, false);
    }
    local::stop_all(&state)?;
    let pages = Ports { portal: port::any_free()?, clinic: port::any_free()? };
    let plan = Plan { state: state.clone(), stage: name, emulator, gateway, openid_port: port::any_free()?, pages };
    local::up(&plan)?;
    let result = tests(&state, &state.stack_json(), true);
    if options.keep {
        eprintln!("The stack of these tests runs on; STACK_JSON={}", paths::shown(&state.stack_json()));
        return result;
    }
    let removed = match plan.emulator {
        // It goes with its emulator.
        Emulator::MiniStack { .. } => Ok(()),
        Emulator::LocalStack { endpoint } => destroy::destroy(&state, &Cloud::Emulator { endpoint }, name, false),
    };
    let stopped = local::stop_all(&state);
    result.and(removed).and(stopped)
}

fn given_stack() -> Option<OsString> {
    env::var_os("STACK_JSON").filter(|path| !path.is_empty())
}

/// A MiniStack of its own that enforces every role's policy.
fn with_iam() -> Result<Emulator> {
    Ok(Emulator::MiniStack { port: port::any_free()?, iam: true })
}

/// The pages in a browser, on a deployed stack.
fn pages(options: &Options) -> Result<()> {
    let browser = tools::browser()?;
    on_a_stack("web", options, (with_iam()?, Gateway::Http), |_, stack, _| {
        let mut tests = exec::npm("web", ["run", "e2e", "--silent"]);
        exec::shown("web: tests in a browser", tests.env("STACK_JSON", stack).env("BROWSER", &browser))
    })
}

fn end_to_end(options: &Options) -> Result<()> {
    if options.emulator == EmulatorKind::Localstack {
        let localstack = (Emulator::localstack(&options.endpoint), Gateway::Rest);
        return on_a_stack("e2e", options, localstack, |_, stack, _| end_to_end_tests(stack, &NOT_ON_LOCALSTACK));
    }
    let gateways = match options.gateway {
        // A stack that is given has the gateway it has.
        _ if given_stack().is_some() => &[Gateway::Http][..],
        Some(Gateway::Http) => &[Gateway::Http],
        Some(Gateway::Rest) => &[Gateway::Rest],
        None => &[Gateway::Rest, Gateway::Http],
    };
    gateways.iter().try_for_each(|&gateway| {
        on_a_stack("e2e", options, (with_iam()?, gateway), |state, stack, own| {
            end_to_end_tests(stack, &[])?;
            // What it tries are documents and values, which are the same behind either gateway.
            match (own, gateway) {
                (true, Gateway::Rest) => Ok(()),
                (true, Gateway::Http) => schemathesis::run(state, &Stack::read_from(stack)?),
                (false, _) if options.schemathesis => schemathesis::run(state, &Stack::read_from(stack)?),
                (false, _) => {
                    eprintln!(
                        "schemathesis leaves a stack changed, so it left this one alone; `--schemathesis` lets it loose."
                    );
                    Ok(())
                }
            }
        })
    })
}

/// What LocalStack can't honour, and why. That roles deny what is not theirs is left out of its test too: no policy is
/// enforced there.
const NOT_ON_LOCALSTACK: [(&str, &str); 3] = [
    ("an_unsigned_address_takes_nothing", "its S3 takes anonymous requests, because it enforces no policy"),
    (
        "a_table_is_restored_beside_and_what_was_lost_is_put_back",
        "its DynamoDB is Amazon's DynamoDB Local, which knows no RestoreTableToPointInTime",
    ),
    ("production_is_deployed_whole_and_goes_without_its_data", "it has no CloudFront, no WAF, no Cognito, no HTTP API"),
];

/// The end-to-end tests but some, which are named with the reason.
fn end_to_end_tests(stack: &Path, without: &[(&str, &str)]) -> Result<()> {
    let mut tests = cargo_test();
    let targets = IntegrationTests::read()?.end_to_end;
    ensure!(!targets.is_empty(), "the package `tests` has no integration test");
    for target in targets {
        tests.args(["--test", &target]);
    }
    // Some of them are operators and developers, who run these very commands.
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
    for (test, reason) in without {
        eprintln!("! {test}: NOT CHECKED here, {reason}");
        tests.args(["--skip", test]);
    }
    exec::shown("End-to-end tests", &mut tests)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn integration_tests_are_found_and_sorted_into_parts() {
        let target = |kind: &str, name: &str| json!({"kind": [kind], "name": name});
        let metadata = json!({"packages": [
            {"name": "shared", "targets": [target("lib", "shared"), target("test", "table"), target("test", "layers")]},
            {"name": "functions", "targets": [target("bin", "get-me"), target("test", "handlers"), target("test", "emulator")]},
            {"name": "tests", "targets": [target("test", "end_to_end")]},
        ]});
        let found = IntegrationTests::from_metadata(&metadata);
        assert_eq!(found.unit, ["layers", "handlers"]);
        assert_eq!(found.end_to_end, ["end_to_end"]);
    }
}
