//! The developer's and operator's commands, as a person runs them, on the stack under test.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::deployment::Deployment;
use crate::repository;

/// What `cargo xtask test` names where it is built or installed already.
fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// `cargo xtask`, to be given arguments. `XTASK` names its program.
pub fn command(stack: &Deployment) -> Command {
    let mut command = named("XTASK").map_or_else(
        || {
            let mut cargo = Command::new("cargo");
            cargo.arg("xtask");
            cargo
        },
        Command::new,
    );
    command.current_dir(repository::root()).env("STACK_JSON", stack.path());
    command
}

/// Runs `cargo xtask` with these arguments.
pub fn run(stack: &Deployment, arguments: &[&str]) -> Output {
    command(stack).args(arguments).output().unwrap_or_else(|error| panic!("xtask can't be run: {error}"))
}

/// cargo-lambda, to be given arguments. `CARGO_LAMBDA` names its program.
pub fn cargo_lambda() -> Command {
    Command::new(named("CARGO_LAMBDA").unwrap_or_else(|| "cargo-lambda".into()))
}

/// Where the functions' archives are; `ARCHIVES` names the folder.
pub fn archives() -> PathBuf {
    named("ARCHIVES").unwrap_or_else(|| repository::root().join("target/lambda"))
}
