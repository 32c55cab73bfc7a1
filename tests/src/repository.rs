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

/// The stack's own table of functions, as `infra` prints it.
#[derive(Debug, Deserialize)]
pub struct Deployed {
    /// Those behind the gateway.
    pub routes: Vec<DeployedFunction>,
    /// Those fed by an event source.
    pub triggers: Vec<DeployedFunction>,
}

/// A function of the stack's own table, and what it may touch.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeployedFunction {
    /// Its binary.
    pub binary: String,
    /// The HTTP method, if it is behind the gateway.
    #[serde(default)]
    pub method: String,
    /// The path, if it is behind the gateway.
    #[serde(default)]
    pub path: String,
    /// Whether it is reached without a token.
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

/// Asks `infra` for its table of functions.
pub fn deployed() -> Deployed {
    let output = Command::new("npm").args(["run", "--silent", "routes"]).current_dir(root().join("infra")).output();
    let output = output.unwrap_or_else(|error| panic!("npm can't be run, install Node.js: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`npm run routes` in infra/ failed (is `npm ci` done there?): {errors}");
    serde_json::from_slice(&output.stdout).expect("infra's table is not what it was")
}
