//! The developer's and operator's commands, as a person runs them, on the stack under test.

use std::env;
use std::process::{Command, Output};

use crate::repository;
use crate::stack::Stack;

/// Runs `cargo xtask` with these arguments. `XTASK` names its program where one is built already.
pub fn run(stack: &Stack, arguments: &[&str]) -> Output {
    let mut command = match env::var_os("XTASK").filter(|path| !path.is_empty()) {
        Some(program) => Command::new(program),
        None => {
            let mut cargo = Command::new("cargo");
            cargo.arg("xtask");
            cargo
        }
    };
    command.args(arguments).current_dir(repository::root()).env("STACK_JSON", stack.path());
    command.output().unwrap_or_else(|error| panic!("xtask can't be run: {error}"))
}
