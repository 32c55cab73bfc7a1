//! `cargo xtask test`: all checks and tests. It installs what they need first; then they run side by side.

use std::{
    cmp::Reverse,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::{
    checks::{
        circles, lint, policies,
        suites::{self, TestStack},
    },
    commands::bench,
    stack::{
        deployment::Gateway,
        local::{self, Emulator, EmulatorKind},
        localstack,
    },
    tool::{
        browser,
        jobs::{self, End, Exclusive, Job, Outcome, Report},
        machine::{self, Need},
        progress::{self, EndedStep},
        tools,
    },
};

/// How many of the slowest steps are named at the end.
const SLOWEST: usize = 12;

/// Checks everything, or the parts that are named
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The parts to check; without any, all of them
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
    /// Run schemathesis on the stack of `STACK_JSON` too, which it leaves changed
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

/// `cargo xtask test`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let since = Instant::now();
    let parts = if options.parts.is_empty() { Part::value_variants() } else { &options.parts };
    // The output of a single part is shown as it comes.
    let workers = if parts.len() == 1 { 1 } else { jobs::workers() };
    let given = suites::given_stack()?;
    let plan = Plan { options, parts, given: given.as_deref() };

    machine::provide(&plan.needs())?;
    if let Some((_, error)) = jobs::run(plan.installations(), workers).failure {
        return Err(error.context("something that the tests need cannot be installed; nothing was tested"));
    }
    progress::take_steps();
    let jobs = plan.jobs();
    let names: Vec<_> = jobs.iter().map(Job::name).collect();
    let Report { outcomes, failure } = jobs::run(jobs, workers);
    summarize(&names, &outcomes, since.elapsed());
    match failure {
        None => Ok(()),
        Some((name, error)) => Err(error.context(format!("`{name}` failed{}", hint(name)))),
    }
}

/// How a job is run without the others.
fn hint(job: &str) -> String {
    let names = Part::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let part = names.map(|value| value.get_name().to_owned()).find(|part| job.starts_with(part));
    part.map_or_else(String::new, |part| format!("; run its part alone with `cargo xtask test {part}`"))
}

fn summarize(names: &[&str], outcomes: &[Outcome], total: Duration) {
    println!();
    for name in names {
        let word = match outcomes.iter().find(|outcome| outcome.name == *name) {
            Some(Outcome { time, end, .. }) => {
                let word = match end {
                    End::Passed => "passed",
                    End::Failed => "FAILED",
                    End::Stopped => "stopped",
                };
                format!("{word:<7} {}", progress::time(*time))
            }
            None => "not run".to_owned(),
        };
        println!("  {name:<17} {word}");
    }
    println!("\nIn {}. The slowest steps:", progress::time(total));
    let mut steps = progress::take_steps();
    steps.sort_by_key(|step| Reverse(step.time));
    for EndedStep { title, time, .. } in steps.iter().take(SLOWEST) {
        println!("  {:>12}  {title}", progress::time(*time));
    }
    println!();
}

/// What is to be checked.
struct Plan<'a> {
    options: &'a Options,
    parts: &'a [Part],
    /// A stack that runs already, for the parts `web` and `e2e`.
    given: Option<&'a Path>,
}

impl<'a> Plan<'a> {
    /// Whether one of these parts is to be checked.
    fn has(&self, parts: &[Part]) -> bool {
        self.parts.iter().any(|part| parts.contains(part))
    }

    /// Whether a stack is started for one of these parts.
    fn starts_stack(&self, parts: &[Part]) -> bool {
        self.given.is_none() && self.has(parts)
    }

    /// What the machine must have.
    fn needs(&self) -> Vec<Need> {
        let git = self.has(&[Part::Lint]).then_some(Need::Git);
        let valgrind = (self.has(&[Part::Bench]) && cfg!(target_os = "linux")).then_some(Need::Valgrind);
        machine::ALWAYS.into_iter().chain(git).chain(valgrind).collect()
    }

    /// What is installed before anything is built.
    fn installations(&self) -> Vec<Job<'a>> {
        use Part::{Bench, E2e, Infra, Lint, Table, Unit, Web};
        let node = |package| move || tools::install_node_package(package);
        let stack = self.starts_stack(&[Web, E2e]);
        let all = [
            (self.has(&[Lint]), Job::new("cargo-modules", || tools::cargo_modules().map(drop))),
            (self.has(&[Table, Web, E2e, Bench]), Job::new("python", tools::install_python_tools)),
            (self.has(&[Web]), Job::new("browser", || browser::program().map(drop))),
            (self.has(&[Lint, Web]) || stack, Job::new("web", node("web"))),
            (self.has(&[Lint, Infra]) || stack, Job::new("infra", node("infra"))),
            (self.has(&[Lint, Unit]) || stack, Job::new("openid", node("dev/openid"))),
            (self.has(&[Infra]), Job::new("checkov", || tools::checkov().map(drop))),
            (self.has(&[Infra]), Job::new("cfn-lint", || tools::cfn_lint().map(drop))),
            (self.has(&[E2e]), Job::new("schemathesis", || tools::schemathesis().map(drop))),
            (self.has(&[Lint]), Job::new("cargo-deny", || tools::cargo_deny().map(drop))),
        ];
        all.into_iter().filter_map(|(wanted, job)| wanted.then_some(job)).collect()
    }

    /// The checks, and the builds that they share: the earlier ones fail sooner.
    fn jobs(&self) -> Vec<Job<'a>> {
        use Exclusive::{DebugBuild, ReleaseBuild};
        use Part::{Bench, E2e, Fmt, Infra, Lint, Table, Unit, Web};
        let Self { options, given, .. } = *self;
        let [rest, http] = self.gateways();
        let all = [
            (self.has(&[Fmt]), Job::new("fmt", lint::format)),
            (self.has(&[Lint]), Job::new("lint-rust", lint::rust).using(DebugBuild)),
            (
                self.has(&[Lint]),
                Job::new("lint-node", move || tools::NODE_PACKAGES.into_iter().try_for_each(lint::node)),
            ),
            (self.has(&[Lint]), Job::new("lint-dependencies", lint::dependencies)),
            (self.has(&[Lint]), Job::new("lint-circles", circles::check)),
            (self.has(&[Unit]), Job::new("unit-openid", || suites::node("dev/openid"))),
            (
                self.starts_stack(&[Web, E2e]) || self.has(&[Bench]),
                Job::new("build-stack", local::build).using(ReleaseBuild),
            ),
            (self.has(&[Unit, Table, E2e]), Job::new("build-tests", suites::build).using(DebugBuild)),
            (self.has(&[Infra]), Job::new("infra", || suites::node("infra").and_then(|()| policies::check()))),
            (self.has(&[Web]), Job::new("web-unit", || suites::node("web"))),
            (self.has(&[Unit]), Job::new("unit", suites::unit).after(&["build-tests"]).using(DebugBuild)),
            (self.has(&[Table]), Job::new("table", suites::table).after(&["build-tests"])),
            (http, Job::new("e2e-http", move || end_to_end(options, given, Gateway::Http)).after(&BUILDS)),
            (rest, Job::new("e2e-rest", move || end_to_end(options, given, Gateway::Rest)).after(&BUILDS)),
            (self.has(&[Bench]), Job::new("bench", bench::check).after(&["build-stack"]).using(ReleaseBuild)),
            (self.has(&[Web]), Job::new("web", move || pages(options, given)).after(&BEFORE_PAGES)),
        ];
        all.into_iter().filter_map(|(wanted, job)| wanted.then_some(job)).collect()
    }

    /// Whether the part `e2e` runs behind a REST API, and behind an HTTP API.
    fn gateways(&self) -> [bool; 2] {
        if !self.has(&[Part::E2e]) {
            return [false, false];
        }
        match self.options.gateway {
            // A stack that is given has the gateway it has, and LocalStack has one.
            _ if self.given.is_some() => [false, true],
            _ if self.options.emulator == EmulatorKind::Localstack => [true, false],
            Some(Gateway::Rest) => [true, false],
            Some(Gateway::Http) => [false, true],
            None => [true, true],
        }
    }
}

/// The browser has the machine for itself: its tests wait ten seconds for a page, whatever else runs.
const BEFORE_PAGES: [&str; 5] = ["build-stack", "web-unit", "e2e-http", "e2e-rest", "bench"];

/// What end-to-end tests need.
const BUILDS: [&str; 2] = ["build-stack", "build-tests"];

fn end_to_end(options: &Options, given: Option<&Path>, gateway: Gateway) -> Result<()> {
    if let Some(stack) = given {
        return suites::end_to_end_on(stack, options.schemathesis);
    }
    let name = match gateway {
        Gateway::Http => "e2e-http",
        Gateway::Rest => "e2e-rest",
    };
    let stack = TestStack::new(name, gateway, options.keep)?;
    match options.emulator {
        // schemathesis tests documents and values, which are the same behind either gateway.
        EmulatorKind::Ministack => suites::end_to_end(stack, gateway == Gateway::Http),
        EmulatorKind::Localstack => {
            suites::end_to_end(TestStack { emulator: Emulator::localstack(&options.endpoint), ..stack }, false)
        }
    }
}

fn pages(options: &Options, given: Option<&Path>) -> Result<()> {
    suites::pages(TestStack::new("web", Gateway::Http, options.keep)?, given)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        options: Options,
    }

    /// The names of the jobs that arguments lead to.
    fn names(arguments: &[&str], given: Option<&Path>) -> Vec<&'static str> {
        let Cli { options } = Cli::parse_from(["test"].iter().chain(arguments));
        let parts = if options.parts.is_empty() { Part::value_variants() } else { &options.parts };
        Plan { options: &options, parts, given }.jobs().iter().map(Job::name).collect()
    }

    #[test]
    fn without_a_name_everything_is_checked() {
        let all = names(&[], None);
        for part in Part::value_variants() {
            let name = part.to_possible_value().expect("a name").get_name().to_owned();
            assert!(all.iter().any(|job| job.starts_with(&name)), "{name} is in {all:?}");
        }
    }

    #[test]
    fn a_part_brings_the_builds_that_it_needs() {
        assert_eq!(names(&["fmt"], None), ["fmt"]);
        assert_eq!(names(&["table"], None), ["build-tests", "table"]);
        assert_eq!(names(&["web"], None), ["build-stack", "web-unit", "web"]);
        let both = ["build-stack", "build-tests", "e2e-http", "e2e-rest"];
        assert_eq!(names(&["e2e"], None), both);
    }

    #[test]
    fn end_to_end_tests_run_behind_the_gateways_that_there_are() {
        let one = |arguments: &[&str], given| names(&[&["e2e"], arguments].concat(), given);
        assert_eq!(one(&["--gateway", "rest"], None), ["build-stack", "build-tests", "e2e-rest"]);
        assert_eq!(one(&["--emulator", "localstack"], None), ["build-stack", "build-tests", "e2e-rest"]);
        assert_eq!(one(&[], Some(Path::new("stack.json"))), ["build-tests", "e2e-http"]);
    }
}
