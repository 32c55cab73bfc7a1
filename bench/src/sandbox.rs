//! A function's process with a Lambda Runtime API of its own: started, invoked, measured, stopped.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use ureq::http::{Request, Response};

use crate::http;
use crate::process::Used;

/// How long a function may take; under valgrind it is some fifty times slower.
const TIMEOUT: Duration = Duration::from_mins(2);

/// How a function is started.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) name: String,
    /// The command with its arguments.
    pub(crate) command: Vec<String>,
    pub(crate) environment: BTreeMap<String, String>,
}

impl Program {
    /// A program that is its own command.
    pub(crate) fn new(name: &str, path: &Path, environment: &BTreeMap<String, String>) -> Self {
        let command = vec![path.display().to_string()];
        Self { name: name.to_owned(), command, environment: environment.clone() }
    }

    /// The same program as another one's argument.
    pub(crate) fn under(mut self, wrapper: impl IntoIterator<Item = String>) -> Self {
        self.command.splice(0..0, wrapper);
        self
    }
}

/// What the process did next.
enum Step {
    Polled(Instant),
    Responded(Instant, Vec<u8>),
    Failed(String),
}

/// A running function, waiting for its next event.
pub(crate) struct Sandbox {
    name: String,
    process: Child,
    events: Sender<Vec<u8>>,
    steps: Receiver<Step>,
    log: Option<JoinHandle<Vec<u8>>>,
    /// From its start until it first asked for an event.
    pub(crate) start: Duration,
    /// Used until then.
    pub(crate) used_to_start: Used,
}

/// One event's response and cost.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    /// From the event to the response.
    pub(crate) time: Duration,
    /// Processor time from the event until the function asked for the next.
    pub(crate) cpu: Duration,
    pub(crate) response: Value,
    /// Length of what the gateway passes on: of an HTTP response the body.
    pub(crate) bytes: usize,
}

impl Sandbox {
    /// Starts a function and waits until it asks for its first event.
    pub(crate) fn start(program: &Program) -> Result<Self> {
        let (events, queued) = channel();
        let (tell, steps) = channel();
        let queued = Arc::new(Mutex::new(queued));
        let api = http::serve(move |request| respond(request, &queued, &tell))?;
        let (command, arguments) = program.command.split_first().context("a program without a command")?;
        let started = Instant::now();
        let mut process = Command::new(command)
            .args(arguments)
            .env_clear()
            // Where `valgrind` is.
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(lambda_environment(&api))
            .envs(&program.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", program.name))?;
        let log = process.stdout.take().zip(process.stderr.take()).map(|(out, err)| {
            let err = thread::spawn(move || read_all(err));
            thread::spawn(move || {
                let mut log = read_all(out);
                log.extend(err.join().unwrap_or_default());
                log
            })
        });
        let mut sandbox = Self {
            name: program.name.clone(),
            process,
            events,
            steps,
            log,
            start: Duration::ZERO,
            used_to_start: Used::default(),
        };
        sandbox.start = sandbox.wait_for_poll()? - started;
        sandbox.used_to_start = sandbox.used();
        Ok(sandbox)
    }

    /// What the process has used so far.
    pub(crate) fn used(&self) -> Used {
        Used::by(self.process.id())
    }

    /// Sends one event and waits until the function asks for the next.
    pub(crate) fn invoke(&mut self, event: &Value) -> Result<Invocation> {
        let before = self.used();
        let sent = Instant::now();
        let event = event.to_string().into_bytes();
        if self.events.send(event).is_err() {
            bail!("{} has ended", self.name);
        }
        let (responded, body) = match self.next()? {
            Step::Responded(at, body) => (at, body),
            Step::Failed(why) => bail!("{} failed: {why}", self.name),
            Step::Polled(_) => bail!("{} asked for an event before its response to the last", self.name),
        };
        self.wait_for_poll()?;
        let response: Value =
            serde_json::from_slice(&body).with_context(|| format!("{}'s response is not JSON", self.name))?;
        let bytes = response["body"].as_str().map_or(body.len(), str::len);
        Ok(Invocation { time: responded - sent, cpu: self.used().cpu.saturating_sub(before.cpu), response, bytes })
    }

    /// Ends the process and gives its log. SIGTERM lets valgrind write its counts.
    pub(crate) fn stop(mut self) -> Result<String> {
        let pid = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().context("cannot run `kill`")?;
        self.process.wait().context("cannot wait for a function")?;
        let log = self.log.take().and_then(|log| log.join().ok()).unwrap_or_default();
        Ok(String::from_utf8_lossy(&log).into_owned())
    }

    fn wait_for_poll(&mut self) -> Result<Instant> {
        match self.next()? {
            Step::Polled(at) => Ok(at),
            Step::Failed(why) => bail!("{} cannot start: {why}", self.name),
            Step::Responded(..) => bail!("{} responded twice", self.name),
        }
    }

    fn next(&mut self) -> Result<Step> {
        let since = Instant::now();
        loop {
            match self.steps.recv_timeout(Duration::from_millis(500)) {
                Ok(step) => return Ok(step),
                Err(RecvTimeoutError::Timeout) if since.elapsed() < TIMEOUT => {
                    if let Some(status) = self.process.try_wait().context("cannot wait for a function")? {
                        let log = self.log.take().and_then(|log| log.join().ok()).unwrap_or_default();
                        bail!("{} ended ({status}): {}", self.name, String::from_utf8_lossy(&log));
                    }
                }
                Err(_) => bail!("{} does nothing after {} s", self.name, TIMEOUT.as_secs()),
            }
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // After an error it still runs.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The variables that Lambda sets for every function.
fn lambda_environment(api: &str) -> [(&'static str, &str); 10] {
    [
        ("LANG", "C.UTF-8"),
        ("AWS_LAMBDA_RUNTIME_API", api),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ]
}

/// The Runtime API: hands out events as they are queued, and takes responses. Nothing once the sandbox is gone.
fn respond(
    request: Request<Vec<u8>>,
    events: &Mutex<Receiver<Vec<u8>>>,
    tell: &Sender<Step>,
) -> Option<Response<Vec<u8>>> {
    let now = Instant::now();
    if request.uri().path().ends_with("/invocation/next") {
        tell.send(Step::Polled(now)).ok()?;
        let event = events.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()?;
        let response = INVOCATION_HEADERS
            .iter()
            .fold(Response::builder(), |response, (name, value)| response.header(*name, *value));
        return response.body(event).ok();
    }
    let failed = request.uri().path().ends_with("/error")
        || request.headers().contains_key("lambda-runtime-function-error-type");
    let body = request.into_body();
    let step =
        if failed { Step::Failed(String::from_utf8_lossy(&body).into_owned()) } else { Step::Responded(now, body) };
    tell.send(step).ok()?;
    Response::builder().status(202).header("content-type", "application/json").body(br#"{"status":"OK"}"#.into()).ok()
}

/// The same for every event: the deadline never comes.
const INVOCATION_HEADERS: [(&str, &str); 5] = [
    ("content-type", "application/json"),
    ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
    ("lambda-runtime-deadline-ms", "9999999999999"),
    ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench"),
    ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"),
];

fn read_all(mut from: impl io::Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // An error ends the log.
    let _ = from.read_to_end(&mut bytes);
    bytes
}
