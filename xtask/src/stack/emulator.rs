//! MiniStack, the AWS emulator, as a process of this machine.

use std::{env, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::tool::{http, paths::State, process::Service, tools};

/// The name of its process and its log.
pub(crate) const NAME: &str = "emulator";
pub(crate) const REGION: &str = "us-east-1";
pub(crate) const ACCOUNT: &str = "000000000000";
/// Both halves of the one credential that the emulator knows.
const CREDENTIAL: &str = "test";

/// Where the emulator answers AWS calls.
pub(crate) fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

pub(crate) fn is_healthy(port: u16) -> bool {
    http::is_healthy(&health(port))
}

fn health(port: u16) -> String {
    format!("{}/_ministack/health", endpoint(port))
}

/// Starts an empty emulator. With `iam`, it enforces every role's policy.
pub(crate) fn start(state: &State, port: u16, iam: bool) -> Result<Service> {
    let folder = state.file("emulator");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).context("cannot remove the emulator's earlier files")?;
    }
    let temporary = state.made("emulator/tmp")?;
    let mut command = Command::new(tools::python_tool("ministack"));
    // It hands its environment to every function: nothing of the developer's own belongs in there.
    command.env_clear();
    for name in ["PATH", "HOME", "LANG"] {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    caller(&mut command, &endpoint(port));
    command
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        .env("AUTH", iam.to_string())
        .env("MINISTACK_REGION", REGION)
        .env("MINISTACK_ACCOUNT_ID", ACCOUNT)
        // Another listener, on every address, that is not used here.
        .env("IOT_MTLS_ENABLED", "0")
        .env("TMPDIR", temporary)
        .env("STATE_DIR", folder.join("state"))
        .env("S3_DATA_DIR", folder.join("s3"));
    Service::start(state, NAME, port, &mut command)
}

pub(crate) fn wait_until_healthy(state: &State, service: &Service) -> Result<()> {
    http::wait_until_healthy(state, service, &health(service.port))
}

/// Makes a command call an emulator and nothing else: no profile, no credential, no region of the developer's own.
pub(crate) fn caller<'a>(command: &'a mut Command, endpoint: &str) -> &'a mut Command {
    let nothing = Path::new("/dev/null");
    for name in
        ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"]
    {
        command.env_remove(name);
    }
    command
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ENDPOINT_URL_S3", endpoint)
        .env("AWS_ACCESS_KEY_ID", CREDENTIAL)
        .env("AWS_SECRET_ACCESS_KEY", CREDENTIAL)
        .env("AWS_REGION", REGION)
        .env("AWS_DEFAULT_REGION", REGION)
        .env("AWS_CONFIG_FILE", nothing)
        .env("AWS_SHARED_CREDENTIALS_FILE", nothing)
        .env("AWS_EC2_METADATA_DISABLED", "true")
}
