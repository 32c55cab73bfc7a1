//! The developer's commands: `cargo xtask --help` lists them.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to its user")]
#![expect(clippy::doc_markdown, reason = "documentation is help text here, which shows backticks as they are")]

mod checks;
mod commands;
mod stack;
mod tool;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{
    commands::{
        bench, deploy, destroy, dev, generate, logs, rebuild_search, redrive, restore, seed, test, token, watch,
    },
    tool::interrupt,
};

/// The developer's commands of Portal Messaging
///
/// Everything runs on this machine, without Docker and without an AWS account: an AWS emulator and an OpenID
/// provider are installed under `.local/tools` (or `TOOLS_DIR`) at pinned versions, the functions and the pages are built,
/// and the same stack is deployed that runs on AWS. A running stack is described in `.local/stack.json`; logs are in
/// `.local/log/`. Needed: Rust, Python 3.10 or newer with venv, Node.js 20 or newer with npm.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Dev(dev::Options),
    /// Stops what `dev` started, and nothing else
    Down,
    Token(token::Options),
    /// Writes the demo's settings, questionnaires, patients and conversations to the running stack; repeating it changes nothing
    Seed,
    RebuildSearch(rebuild_search::Options),
    Redrive(redrive::Options),
    Restore(restore::RestoreOptions),
    PutBack(restore::PutBackOptions),
    Deploy(Box<deploy::Options>),
    /// Shows what `deploy` with the same options would change
    Diff(Box<deploy::Options>),
    Destroy(destroy::Options),
    Logs(logs::Options),
    Watch(watch::Options),
    /// Writes what follows from the lists of functions: binaries, openapi.json, the stack's functions, the client's types
    Generate,
    Test(test::Options),
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match interrupt::listen().and_then(|()| run(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<interrupt::Interrupted>() => {
            eprintln!("Stopped.");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Dev(options) => dev::run(&options),
        Command::Down => dev::down(),
        Command::Token(options) => token::run(&options),
        Command::Seed => seed::run(),
        Command::RebuildSearch(options) => rebuild_search::run(&options),
        Command::Redrive(options) => redrive::run(&options),
        Command::Restore(options) => restore::restore(&options),
        Command::PutBack(options) => restore::put_back(&options),
        Command::Deploy(options) => deploy::run(*options),
        Command::Diff(options) => deploy::diff(*options),
        Command::Destroy(options) => destroy::run(&options),
        Command::Logs(options) => logs::run(&options),
        Command::Watch(options) => watch::run(&options),
        Command::Generate => generate::run(),
        Command::Test(options) => test::run(&options),
        Command::Bench(options) => bench::run(&options),
    }
}
