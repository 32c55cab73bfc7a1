//! `cargo lambda invoke` of every function with its sample events, under the runtime that `cargo xtask watch` offers, on the
//! stack's table, bucket and topics.
//!
//! They leave settings, questionnaires and preferences changed, so this runs after the other tests (tests/Cargo.toml says so);
//! `cargo xtask seed` brings the demo's back.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use futures::StreamExt as _;
use serde_json::Value;
use tests::eventually::{IN_TIME, eventually};
use tests::stack::Stack;
use tests::{repository, xtask};

/// How many functions run at once: most of the time, each waits for a process to start.
const AT_ONCE: usize = 6;

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Not killed: xtask stops what it started.
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

/// The runtime's interface, at a port of its own.
async fn runtime(stack: &Stack) -> (Running, u16) {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port").local_addr().expect("a port").port();
    let mut watch = xtask::command(stack);
    watch.args(["watch", "--only-lambda-apis", "--invoke-port", &port.to_string()]);
    let running = Running(watch.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("xtask runs"));
    let listens = async || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map(drop).map_err(|error| error.to_string());
    eventually("the runtime listens", IN_TIME, listens).await;
    (running, port)
}

/// A function's program, as it is deployed, at that runtime.
fn started(program: &Path, function: &str, port: u16, variables: &BTreeMap<String, String>) -> Running {
    let mut command = Command::new(program.join(function).join("bootstrap"));
    command
        .env_clear()
        .envs(variables)
        .env("AWS_LAMBDA_RUNTIME_API", format!("http://127.0.0.1:{port}/.rt/{function}"))
        .env("AWS_LAMBDA_FUNCTION_NAME", function)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .stdout(Stdio::null());
    Running(command.spawn().unwrap_or_else(|error| panic!("{function}: {error}")))
}

/// What the deployed functions are told.
fn variables(folder: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(folder.join("functions.env")).expect("xtask wrote it");
    text.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name.into(), value.into())).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path()).collect();
    entries.sort();
    entries
}

/// Calls a function with an event, as a person at a terminal does.
async fn invoke(function: &str, port: u16, event: &Path) -> Value {
    let mut invoke = xtask::cargo_lambda();
    invoke.args(["lambda", "invoke", function, "--invoke-address", "127.0.0.1", "--invoke-port", &port.to_string()]);
    invoke.arg("--data-file").arg(event);
    // A function that dies before it asks for its event is waited for in vain.
    let output = tokio::time::timeout(IN_TIME, tokio::task::spawn_blocking(move || invoke.output())).await;
    let output = output.unwrap_or_else(|_| panic!("{}: no answer", event.display()));
    let output = output.expect("it ends").expect("cargo-lambda runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}: {said}{}", event.display(), String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{}: {error}: {said}", event.display()))
}

#[tokio::test]
async fn every_function_answers_its_sample_events_under_cargo_lambda() {
    let stack = Stack::together().await;
    let folder = stack.path().parent().expect("a folder").to_owned();
    let (_runtime, port) = runtime(&stack).await;
    let (events, variables) = (folder.join("events"), variables(&folder));
    let functions: Vec<PathBuf> = entries(&events);
    assert_eq!(functions.len(), entries(&repository::root().join("events")).len());
    let answered = futures::stream::iter(&functions).map(|function| answers(function, port, &variables));
    answered.buffer_unordered(AT_ONCE).collect::<()>().await;
}

/// A function answers the sample events of its folder.
async fn answers(folder: &Path, port: u16, variables: &BTreeMap<String, String>) {
    let name = folder.file_name().and_then(|name| name.to_str()).expect("a name");
    let _running = started(&xtask::archives(), name, port, variables);
    for event in entries(folder) {
        let answer = invoke(name, port, &event).await;
        let asked: Value = serde_json::from_str(&std::fs::read_to_string(&event).expect("readable")).expect("JSON");
        if let Some(status) = answer["statusCode"].as_u64() {
            let signed_in = asked["headers"]["authorization"].is_string();
            assert!(status < 500 && (status != 401 || !signed_in), "{}: {answer}", event.display());
        } else {
            assert!(asked["Records"].is_array() || asked["triggerSource"].is_string(), "{}: {answer}", event.display());
            assert_eq!(answer["errorType"], Value::Null, "{}: {answer}", event.display());
        }
    }
}
