//! A function's process on a Lambda Runtime API of its own: started, fed with events, measured, stopped.

use std::collections::BTreeMap;
use std::io;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::http::{Connection, Message};
use crate::process::Used;

/// Valgrind makes everything some fifty times slower.
const PATIENCE: Duration = Duration::from_mins(2);

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

    /// The same program, run by another one.
    pub(crate) fn under(mut self, wrapper: impl IntoIterator<Item = String>) -> Self {
        self.command.splice(0..0, wrapper);
        self
    }
}

/// What the process did next.
enum Seen {
    Polled(Instant),
    Answered(Instant, Message),
    Failed(String),
}

/// A running function, waiting for its next event.
pub(crate) struct Sandbox {
    name: String,
    process: Child,
    events: Sender<Vec<u8>>,
    seen: Receiver<Seen>,
    log: Option<JoinHandle<Vec<u8>>>,
    /// From its start to the first time it asked for an event.
    pub(crate) start: Duration,
    /// What it had used by then.
    pub(crate) used_to_start: Used,
}

/// What one event came to.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    /// From the event's sending to the answer.
    pub(crate) time: Duration,
    /// Processor time from the event's sending until the next was asked for.
    pub(crate) cpu: Duration,
    /// What the function answered.
    pub(crate) answer: Value,
    /// How long that is, in bytes, as the gateway passes it on: the body of an HTTP answer.
    pub(crate) bytes: usize,
}

impl Sandbox {
    /// Starts a function and waits until it asks for its first event.
    pub(crate) fn start(program: &Program) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no port for the Runtime API")?;
        let api = listener.local_addr()?.to_string();
        let (events, queued) = channel();
        let (tell, seen) = channel();
        let queued = Arc::new(Mutex::new(queued));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (queued, tell) = (queued.clone(), tell.clone());
                // An error is the process's end.
                thread::spawn(move || serve(Connection::new(stream), &queued, &tell));
            }
        });
        let (command, arguments) = program.command.split_first().context("a program without a command")?;
        let started = Instant::now();
        let mut process = Command::new(command)
            .args(arguments)
            .env_clear()
            // Where `node` and `valgrind` are; a function has no use for it.
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(lambda_environment(&api))
            .envs(&program.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} can't be started", program.name))?;
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
            seen,
            log,
            start: Duration::ZERO,
            used_to_start: Used::default(),
        };
        sandbox.start = sandbox.wait_for_poll()? - started;
        sandbox.used_to_start = sandbox.used();
        Ok(sandbox)
    }

    /// What the process has used up to now.
    pub(crate) fn used(&self) -> Used {
        Used::by(self.process.id())
    }

    /// Feeds one event and waits until the function asks for the next.
    pub(crate) fn invoke(&mut self, event: &Value) -> Result<Invocation> {
        let before = self.used();
        let sent = Instant::now();
        let event = event.to_string().into_bytes();
        if self.events.send(event).is_err() {
            bail!("{} is gone", self.name);
        }
        let (answered, message) = match self.next()? {
            Seen::Answered(at, message) => (at, message),
            Seen::Failed(why) => bail!("{} failed: {why}", self.name),
            Seen::Polled(_) => bail!("{} asked for an event before it answered one", self.name),
        };
        self.wait_for_poll()?;
        let answer: Value =
            serde_json::from_slice(&message.body).with_context(|| format!("{} answered no JSON", self.name))?;
        let bytes = answer["body"].as_str().map_or(message.body.len(), str::len);
        Ok(Invocation { time: answered - sent, cpu: self.used().cpu.saturating_sub(before.cpu), answer, bytes })
    }

    /// Ends the process; what it has logged. SIGTERM, so that valgrind writes what it counted.
    pub(crate) fn stop(mut self) -> Result<String> {
        let pid = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().context("cannot run `kill`")?;
        self.process.wait().context("cannot wait for a function")?;
        let log = self.log.take().and_then(|log| log.join().ok()).unwrap_or_default();
        Ok(String::from_utf8_lossy(&log).into_owned())
    }

    fn wait_for_poll(&mut self) -> Result<Instant> {
        match self.next()? {
            Seen::Polled(at) => Ok(at),
            Seen::Failed(why) => bail!("{} can't start: {why}", self.name),
            Seen::Answered(..) => bail!("{} answered twice", self.name),
        }
    }

    fn next(&mut self) -> Result<Seen> {
        let since = Instant::now();
        loop {
            match self.seen.recv_timeout(Duration::from_millis(500)) {
                Ok(seen) => return Ok(seen),
                Err(RecvTimeoutError::Timeout) if since.elapsed() < PATIENCE => {
                    if let Some(status) = self.process.try_wait().context("cannot look after a function")? {
                        let log = self.log.take().and_then(|log| log.join().ok()).unwrap_or_default();
                        bail!("{} ended ({status}): {}", self.name, String::from_utf8_lossy(&log));
                    }
                }
                Err(_) => bail!("{} does nothing for {} s", self.name, PATIENCE.as_secs()),
            }
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Only after an error is it still there.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What Lambda tells every function.
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

/// The Runtime API on one of the process's connections.
fn serve(mut connection: Connection, events: &Mutex<Receiver<Vec<u8>>>, tell: &Sender<Seen>) -> io::Result<()> {
    loop {
        let request = connection.receive()?;
        let now = Instant::now();
        let (_, path) = request.request();
        if path.ends_with("/invocation/next") {
            // Nobody listens any more: the measurement is over.
            let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
            tell.send(Seen::Polled(now)).map_err(gone)?;
            let queued = events.lock().unwrap_or_else(PoisonError::into_inner);
            let event = queued.recv().map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
            drop(queued);
            connection.send(&Message::answer(200, &invocation_headers(), event))?;
            continue;
        }
        let failed = path.ends_with("/error") || request.header("lambda-runtime-function-error-type").is_some();
        let said = if failed {
            Seen::Failed(String::from_utf8_lossy(&request.body).into_owned())
        } else {
            Seen::Answered(now, request)
        };
        tell.send(said).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        connection.send(&Message::answer(202, &[("content-type", "application/json")], r#"{"status":"OK"}"#))?;
    }
}

/// The same for every event: ids of one length, a deadline that never comes.
fn invocation_headers() -> [(&'static str, &'static str); 5] {
    [
        ("content-type", "application/json"),
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-deadline-ms", "9999999999999"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench"),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"),
    ]
}

fn read_all(mut from: impl io::Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What was read before an error counts.
    let _ = from.read_to_end(&mut bytes);
    bytes
}
