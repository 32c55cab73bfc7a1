//! `cargo xtask dev` and `down`: the complete stack on this machine, brought up, watched and stopped.

use std::{
    fs::{File, TryLockError},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    accounts::Accounts,
    aws::Cloud,
    deploy, emulator, functions, interrupt, openid,
    paths::{self, State},
    port,
    process::{Service, Services},
    seed,
    stack::{CLINIC_URL, PORTAL_URL, Stack},
    stamp::{Inputs, Stamp},
    tools,
};

/// Runs the complete stack on this machine; a second run updates it
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Leave it running in the background (stop it with `cargo xtask down`)
    #[arg(long)]
    detach: bool,
    /// Port of the AWS emulator
    #[arg(long, default_value_t = 4566)]
    port: u16,
    /// Port of the OpenID provider
    #[arg(long, default_value_t = 4567)]
    openid_port: u16,
}

/// A stack to bring up.
pub(crate) struct Plan {
    pub(crate) state: State,
    pub(crate) port: u16,
    pub(crate) openid_port: u16,
    /// Whether the emulator enforces every role's policy.
    pub(crate) iam: bool,
}

/// `cargo xtask dev`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let state = State::dev();
    let plan = Plan { state: state.clone(), port: options.port, openid_port: options.openid_port, iam: false };
    let (stack, started) = up(&plan)?;
    print(&stack);
    if options.detach {
        println!("It runs in the background. Stop it with `cargo xtask down`.");
        Ok(())
    } else if started.is_empty() {
        println!(
            "It was running already, and is up to date now. Stop it where it was started, or with `cargo xtask down`."
        );
        Ok(())
    } else {
        println!("Press Ctrl-C to stop it.");
        watch(&state)
    }
}

fn print(stack: &Stack) {
    println!("\nPortal Messaging runs:");
    for (what, value) in [
        ("API", stack.api_url.as_str()),
        ("OpenID issuer", &stack.issuer),
        ("AWS endpoint", &stack.aws_endpoint_url),
        ("Table", &stack.table_name),
    ] {
        println!("  {what:<14} {value}");
    }
    println!("  {:<14} .local/stack.json", "All of it");
    println!("Try: curl -H \"authorization: Bearer $(cargo xtask token patient-a)\" {}/me\n", stack.api_url);
}

/// Brings a stack up, or up to date. What this call started is stopped again if it fails.
/// Gives the stack and the names of what was started.
pub(crate) fn up(plan: &Plan) -> Result<(Stack, Vec<&'static str>)> {
    let _lock = lock(&plan.state)?;
    tools::check_prerequisites()?;
    // Before the long part, so that nobody waits minutes to hear of a busy port.
    expect_free_ports(plan)?;
    tools::install()?;
    functions::build(functions::Processor::Host)?;
    let mut started = Vec::new();
    match bring_up(plan, &mut started) {
        Ok(stack) => Ok((stack, started)),
        Err(error) => {
            stop(&plan.state, &started)?;
            Err(error)
        }
    }
}

/// One set-up of a stack at a time; the lock goes with the file's handle.
fn lock(state: &State) -> Result<File> {
    let path = state.made("log")?.with_file_name("lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", paths::shown(&path)))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another `cargo xtask` is setting this stack up; wait for it")
        }
        Err(TryLockError::Error(error)) => Err(error).context("cannot lock the stack's folder"),
    }
}

/// Whether a recorded service still runs as the plan wants it.
fn running(services: &Services, name: &str, port: u16, healthy: fn(u16) -> bool) -> bool {
    services.find(name).is_some_and(|service| service.port == port && service.alive() && healthy(port))
}

fn expect_free_ports(plan: &Plan) -> Result<()> {
    let services = Services::recorded(&plan.state)?;
    let ours = |port| services.all().iter().any(|service| service.port == port && service.alive());
    if !ours(plan.port) {
        port::expect_free(plan.port, "the AWS emulator", "--port")?;
    }
    if !ours(plan.openid_port) {
        port::expect_free(plan.openid_port, "the OpenID provider", "--openid-port")?;
    }
    Ok(())
}

fn bring_up(plan: &Plan, started: &mut Vec<&'static str>) -> Result<Stack> {
    let state = &plan.state;
    let mut services = Services::recorded(state)?;
    let openid = running(&services, openid::NAME, plan.openid_port, openid::is_healthy);
    let emulator = running(&services, emulator::NAME, plan.port, emulator::is_healthy);
    let missing: Vec<_> = [(openid::NAME, openid), (emulator::NAME, emulator)]
        .into_iter()
        .filter_map(|(name, runs)| (!runs).then_some(name))
        .collect();
    stop(state, &missing)?;
    services = Services::recorded(state)?;
    expect_free_ports(plan)?;
    for name in missing {
        let service = if name == openid::NAME {
            openid::start(state, plan.openid_port)?
        } else {
            emulator::start(state, plan.port, plan.iam)?
        };
        services.record(state, service)?;
        started.push(name);
    }
    for service in services.all() {
        if service.name == openid::NAME {
            openid::wait_until_healthy(state, service)?;
        } else {
            emulator::wait_until_healthy(state, service)?;
        }
    }
    let emulator = services.find(emulator::NAME).context("the emulator is not recorded")?;
    let stack = deployed(plan, emulator)?;
    seed::seed(state, &stack)?;
    interrupt::check()?;
    stack.write(state)?;
    Ok(stack)
}

/// Deploys, unless this very stack is on this very emulator.
fn deployed(plan: &Plan, emulator: &Service) -> Result<Stack> {
    let state = &plan.state;
    let accounts = Accounts::read()?;
    let parameters = deploy::local_parameters(openid::issuer(plan.openid_port), &accounts);
    let stamp = deployment_stamp(state, &parameters, emulator)?;
    if stamp.is_current()
        && let Ok(stack) = Stack::read(state)
    {
        return Ok(stack);
    }
    stamp.clear()?;
    let cloud = Cloud::Emulator { endpoint: emulator::endpoint(plan.port) };
    let outputs = deploy::deploy(state, &cloud, &parameters, &[])?;
    stamp.set()?;
    let output = |name: &str| outputs.get(name).cloned().with_context(|| format!("the stack has no output {name}"));
    Ok(Stack {
        name: deploy::stack_name(&parameters),
        api_url: output("ApiUrl")?,
        portal_url: PORTAL_URL.to_owned(),
        clinic_url: CLINIC_URL.to_owned(),
        issuer: openid::issuer(plan.openid_port),
        aws_endpoint_url: emulator::endpoint(plan.port),
        region: emulator::REGION.to_owned(),
        table_name: output("TableName")?,
        bucket_name: output("BucketName")?,
        failure_queue_url: output("StreamFailureQueueUrl")?,
        patients: accounts.patients(),
    })
}

fn deployment_stamp(state: &State, parameters: &deploy::Parameters, emulator: &Service) -> Result<Stamp> {
    let words = parameters.iter().flat_map(|(name, value)| [*name, value.as_str()]);
    let inputs = words.chain([emulator.started.as_str()]).fold(Inputs::default(), Inputs::text);
    let inputs = inputs.folder(&paths::root().join("infra"))?.folder(&paths::archives())?;
    Ok(inputs.stamp(state.file("deploy.stamp")))
}

/// Stays until Ctrl-C, `cargo xtask down` from elsewhere, or the death of a process.
fn watch(state: &State) -> Result<()> {
    loop {
        if interrupt::pause(Duration::from_millis(250)).is_err() {
            eprintln!();
            return stop_all(state);
        }
        let services = Services::recorded(state)?;
        if services.all().is_empty() {
            eprintln!("Stopped by `cargo xtask down`.");
            return Ok(());
        }
        if let Some(dead) = services.all().iter().find(|service| !service.alive()) {
            let obituary = dead.obituary(state);
            stop_all(state)?;
            bail!("{obituary}The rest was stopped. `cargo xtask dev` starts it again.");
        }
    }
}

/// `cargo xtask down`: stops what `dev` and kept tests started, and nothing else.
pub(crate) fn down() -> Result<()> {
    let mut states = State::tests();
    states.push(State::dev());
    let mut any = false;
    for state in states {
        any |= !Services::recorded(&state)?.all().is_empty();
        stop_all(&state)?;
    }
    if !any {
        eprintln!("Nothing was running.");
    }
    Ok(())
}

/// Stops every service of a stack.
pub(crate) fn stop_all(state: &State) -> Result<()> {
    Stack::remove(state)?;
    // The record goes first: a `dev` that watches sees that this is no accident.
    let services = Services::take(state)?;
    let mut failures = Vec::new();
    for service in services.all() {
        match service.stop() {
            Ok(()) => eprintln!("✓ Stopped {} (process {})", service.name, service.pid),
            Err(error) => failures.push(error.to_string()),
        }
    }
    if failures.is_empty() { Ok(()) } else { bail!(failures.join("\n")) }
}

/// Stops some services of a stack, dead or alive; without its emulator there is no stack.
fn stop(state: &State, names: &[&str]) -> Result<()> {
    let mut services = Services::recorded(state)?;
    if names.contains(&emulator::NAME) {
        Stack::remove(state)?;
    }
    for name in names {
        let Some(service) = services.find(name) else { continue };
        service.stop()?;
        eprintln!("✓ Stopped {name} (process {})", service.pid);
        services.forget(state, name)?;
    }
    Ok(())
}
