//! The repository's files that tests hold the stack against.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The repository's root, as Cargo says when it runs a test: a build may be another checkout's with the same `CARGO_TARGET_DIR`.
pub fn root() -> PathBuf {
    Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("Cargo runs this")).join("..")
}

/// A JSON file of the repository.
pub fn json<T: DeserializeOwned>(path: &str) -> T {
    let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The functions of the stack, as `infra` prints them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployed {
    /// Those that the gateway calls.
    pub routes: Vec<DeployedFunction>,
    /// Those that the table's stream calls.
    pub stream_consumers: Vec<DeployedFunction>,
    /// Those that another event source calls.
    pub triggers: Vec<DeployedFunction>,
}

/// A function of the stack, and what it may do.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeployedFunction {
    /// Its name, which is also its binary's.
    pub name: String,
    /// The HTTP method of a route.
    #[serde(default)]
    pub method: String,
    /// The path of a route.
    #[serde(default)]
    pub path: String,
    /// Whether it is called without a token.
    #[serde(default)]
    pub public: bool,
    /// The table's actions that it may use.
    #[serde(default)]
    pub table: Vec<String>,
    /// The index's actions that it may use.
    #[serde(default)]
    pub index: Vec<String>,
    /// Whether it may read the cursor secret.
    #[serde(default)]
    pub cursor_secret: bool,
    /// The bucket's actions that it may use, and where.
    #[serde(default)]
    pub bucket: Vec<BucketGrant>,
    /// Whether it may send to the failure queue.
    #[serde(default)]
    pub failure_queue: bool,
    /// The actions on topics that it may use.
    #[serde(default)]
    pub topics: Vec<String>,
}

/// An action on the objects under a prefix of the bucket.
#[derive(Debug, Deserialize)]
pub struct BucketGrant {
    /// The action.
    pub action: String,
    /// The prefix.
    pub prefix: String,
}

/// Asks `infra` for the functions of the stack.
pub fn deployed() -> Deployed {
    let output = Command::new("npm").args(["run", "--silent", "routes"]).current_dir(root().join("infra")).output();
    let output = output.unwrap_or_else(|error| panic!("npm can't be run, install Node.js: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`npm run routes` in infra/ failed (is `npm ci` done there?): {errors}");
    serde_json::from_slice(&output.stdout).expect("infra prints functions")
}
