//! The complete stack on this machine: started, brought up to date, and stopped.

use std::fs::{File, TryLockError};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::{
    stack::{
        accounts::Accounts,
        aws::Cloud,
        deployment::{self, Gateway},
        emulator,
        functions::{self, Processor},
        localstack, openid,
        running::Stack,
        seed,
        web::{self, App, Ports},
    },
    tool::{
        interrupt, machine,
        paths::{self, State},
        port,
        process::{self, Service, Services},
        stamp::{Inputs, Stamp},
        tools,
    },
};

/// Which AWS emulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EmulatorKind {
    Ministack,
    Localstack,
}

/// A stack to start.
pub(crate) struct Plan {
    pub(crate) state: State,
    /// The name of the deployment; stacks on one emulator have different ones.
    pub(crate) stage: &'static str,
    pub(crate) emulator: Emulator,
    pub(crate) gateway: Gateway,
    pub(crate) openid_port: u16,
    pub(crate) pages: Ports,
}

/// The AWS emulator of a plan.
pub(crate) enum Emulator {
    /// MiniStack, which is started here.
    MiniStack {
        port: u16,
        /// Whether it enforces every role's policy.
        iam: bool,
    },
    /// A LocalStack that runs already.
    LocalStack { endpoint: String },
}

impl Emulator {
    /// The LocalStack at a URL, with whatever path or slash at its end.
    pub(crate) fn localstack(endpoint: &str) -> Self {
        Self::LocalStack { endpoint: endpoint.trim_end_matches('/').to_owned() }
    }

    /// Where it answers AWS calls.
    pub(crate) fn endpoint(&self) -> String {
        match self {
            Self::MiniStack { port, .. } => emulator::endpoint(*port),
            Self::LocalStack { endpoint } => endpoint.clone(),
        }
    }

    /// The one gateway that LocalStack has, or the one that was asked for.
    pub(crate) fn gateway(&self, asked: Gateway) -> Gateway {
        match self {
            Self::MiniStack { .. } => asked,
            Self::LocalStack { .. } => Gateway::Rest,
        }
    }
}

/// Builds a stack and starts it, or brings it up to date.
/// Gives the stack and the names of what was started.
pub(crate) fn up(plan: &Plan) -> Result<(Stack, Vec<&'static str>)> {
    machine::check(&machine::ALWAYS)?;
    // Before the long part: a busy port is reported at once, not after minutes.
    expect_free_ports(plan)?;
    build()?;
    start(plan)
}

/// Installs and builds everything that a stack needs.
pub(crate) fn build() -> Result<()> {
    tools::install()?;
    functions::build(Processor::Host)?;
    web::build()
}

/// Starts a stack from what is built. If that fails, it stops again what it started.
pub(crate) fn start(plan: &Plan) -> Result<(Stack, Vec<&'static str>)> {
    let _lock = lock(&plan.state)?;
    expect_free_ports(plan)?;
    let mut started = Vec::new();
    match start_services(plan, &mut started) {
        Ok(stack) => Ok((stack, started)),
        Err(error) => {
            started.iter().try_for_each(|name| stop(&plan.state, name))?;
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

fn expect_free_ports(plan: &Plan) -> Result<()> {
    let services = Services::recorded(&plan.state)?;
    let ours = |port| services.all().iter().any(|service| service.port == port && service.alive());
    let emulator = match plan.emulator {
        Emulator::MiniStack { port, .. } => Some((port, "the AWS emulator", "--port")),
        Emulator::LocalStack { .. } => None,
    };
    let others = [
        (plan.openid_port, "the OpenID provider", "--openid-port"),
        (plan.pages.portal, "the portal", "--portal-port"),
        (plan.pages.clinic, "the clinic's application", "--clinic-port"),
    ];
    for (port, used_by, option) in emulator.into_iter().chain(others) {
        if !ours(port) {
            port::expect_free(port, used_by, option)?;
        }
    }
    Ok(())
}

fn start_services(plan: &Plan, started: &mut Vec<&'static str>) -> Result<Stack> {
    let state = &plan.state;
    let mut openid = openid::server(state, plan.openid_port, plan.pages)?;
    // Both are started before either is waited for. The emulator's variables never differ.
    let provider = Planned { name: openid::NAME, port: plan.openid_port, variables: Some(process::variables(&openid)) };
    let provider = provider.running_or(state, started, openid::is_healthy, || {
        Service::start(state, openid::NAME, plan.openid_port, &mut openid)
    })?;
    let aws = match plan.emulator {
        Emulator::MiniStack { port, iam } => {
            let aws = Planned { name: emulator::NAME, port, variables: None };
            Some(aws.running_or(state, started, emulator::is_healthy, || emulator::start(state, port, iam))?)
        }
        Emulator::LocalStack { .. } => {
            // Tests read this log, and an earlier emulator's is not this one's.
            paths::remove(&state.log(emulator::NAME)?)?;
            None
        }
    };
    openid::wait_until_healthy(state, &provider)?;
    if let Some(service) = &aws {
        emulator::wait_until_healthy(state, service)?;
    }
    let _archives = functions::keep_archives()?;
    let stack = deployed(plan, &instance(plan, &Services::recorded(state)?)?)?;
    serve_pages(plan, &stack, started)?;
    seed::seed(state, &stack)?;
    interrupt::check()?;
    stack.write(state)?;
    Ok(stack)
}

/// The pages of this very stack: another one has another API.
fn serve_pages(plan: &Plan, stack: &Stack, started: &mut Vec<&'static str>) -> Result<()> {
    let state = &plan.state;
    for app in App::ALL {
        let mut server = web::server(app, stack, plan.pages);
        let port = plan.pages.of(app);
        let planned = Planned { name: app.name(), port, variables: Some(process::variables(&server)) };
        let service = planned
            .running_or(state, started, web::is_healthy, || Service::start(state, app.name(), port, &mut server))?;
        web::wait_until_healthy(state, &service)?;
    }
    Ok(())
}

/// A service as the plan has it.
struct Planned {
    name: &'static str,
    port: u16,
    /// The variables that it must have been started with, where that matters.
    variables: Option<String>,
}

impl Planned {
    /// The one that runs, if it is as planned; else a new one in its place.
    fn running_or(
        &self,
        state: &State,
        started: &mut Vec<&'static str>,
        healthy: fn(u16) -> bool,
        start: impl FnOnce() -> Result<Service>,
    ) -> Result<Service> {
        let services = Services::recorded(state)?;
        if let Some(running) = services.find(self.name).filter(|service| self.fits(service) && healthy(service.port)) {
            return Ok(running.clone());
        }
        stop(state, self.name)?;
        let service = start()?;
        Services::recorded(state)?.record(state, service.clone())?;
        started.push(self.name);
        Ok(service)
    }

    fn fits(&self, service: &Service) -> bool {
        service.port == self.port
            && self.variables.as_ref().is_none_or(|variables| *variables == service.variables)
            && service.alive()
    }
}

/// An id of this emulator process: one that is started later is empty. Waits for an emulator that others start.
fn instance(plan: &Plan, services: &Services) -> Result<String> {
    match &plan.emulator {
        Emulator::MiniStack { .. } => {
            let service = services.find(emulator::NAME).context("the emulator is not recorded")?;
            Ok(service.started.clone())
        }
        Emulator::LocalStack { endpoint } => localstack::wait_until_ready(endpoint),
    }
}

/// Deploys, unless this very stack is on this very emulator.
fn deployed(plan: &Plan, instance: &str) -> Result<Stack> {
    let state = &plan.state;
    let parameters = parameters(plan)?;
    let stamp = deployment_stamp(state, &parameters, instance)?;
    if stamp.is_current()
        && let Ok(stack) = Stack::read(state)
    {
        return Ok(stack);
    }
    stamp.clear()?;
    let cloud = Cloud::Emulator { endpoint: plan.emulator.endpoint() };
    let outputs = deployment::deploy(state, &cloud, &parameters, &[])?;
    stamp.set()?;
    let output = |name: &str| outputs.get(name).cloned().with_context(|| format!("the stack has no output {name}"));
    Ok(Stack {
        name: deployment::stack_name(&parameters),
        api_url: output("ApiUrl")?,
        portal_url: plan.pages.origin(App::Portal),
        clinic_url: plan.pages.origin(App::Clinic),
        issuer: openid::issuer(plan.openid_port),
        aws_endpoint_url: plan.emulator.endpoint(),
        region: emulator::REGION.to_owned(),
        table_name: output("TableName")?,
        bucket_name: output("BucketName")?,
        failure_queue_url: output("StreamFailureQueueUrl")?,
        patients: Accounts::read()?.patients(),
    })
}

/// The parameters of the stack.
fn parameters(plan: &Plan) -> Result<deployment::Parameters> {
    let accounts = Accounts::read()?;
    let mut parameters = deployment::Parameters::from([
        ("stage", plan.stage.to_owned()),
        ("gateway", plan.gateway.parameter().to_owned()),
        ("issuer", openid::issuer(plan.openid_port)),
        ("audience", accounts.audience.clone()),
        ("clientIds", accounts.client_ids()),
        ("portalOrigin", plan.pages.origin(App::Portal)),
        ("clinicOrigin", plan.pages.origin(App::Clinic)),
        // Served from this machine too.
        ("pages", "none".to_owned()),
        ("architecture", Processor::Host.architecture().to_owned()),
        ("requireTls", "false".to_owned()),
    ]);
    if let Emulator::LocalStack { endpoint } = &plan.emulator {
        // Its functions find it at an address of their own, in Docker one that no browser reaches.
        parameters.insert("publicS3Endpoint", endpoint.clone());
    }
    Ok(parameters)
}

/// Notes that what is deployed is what would be deployed now: the next start leaves it.
pub(crate) fn note_deployed(plan: &Plan) -> Result<()> {
    let instance = instance(plan, &Services::recorded(&plan.state)?)?;
    deployment_stamp(&plan.state, &parameters(plan)?, &instance)?.set()
}

fn deployment_stamp(state: &State, parameters: &deployment::Parameters, instance: &str) -> Result<Stamp> {
    let words = parameters.iter().flat_map(|(name, value)| [*name, value.as_str()]);
    let inputs = words.chain([instance]).fold(Inputs::default(), Inputs::text);
    let inputs = inputs.folder(&paths::root().join("infra"))?.folder(&paths::archives())?;
    Ok(inputs.stamp(state.file("deploy.stamp")))
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

/// Stops a service of a stack, dead or alive; without its emulator there is no stack.
fn stop(state: &State, name: &str) -> Result<()> {
    let mut services = Services::recorded(state)?;
    if name == emulator::NAME {
        Stack::remove(state)?;
    }
    if let Some(service) = services.find(name) {
        service.stop()?;
        eprintln!("✓ Stopped {name} (process {})", service.pid);
        services.forget(state, name)?;
    }
    Ok(())
}
