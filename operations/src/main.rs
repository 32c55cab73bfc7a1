//! What an operator does to a deployed stack. `cargo xtask` builds this program and runs it with the stack's environment.
//!
//! It prints ids, kinds and counts, never an item's content.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program talks to its user")]

mod environment;
mod failure_message;
mod failure_queue;
mod functions;
mod put_back;
mod rebuild_search;
mod redrive;
mod restore;
mod seed;
mod stream;
mod tally;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::environment::Environment;

const USAGE: &str = "operations seed                 (reads settings, questionnaires and patients as JSON)
       operations rebuild-search
       operations redrive [--list | --everything]
       operations restore --to <TIME | latest>
       operations put-back --from <TABLE> [--count] [--partition <PARTITION KEY>]
       operations update-functions <FOLDER OF ARCHIVES> <FUNCTION>...";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(words: &[&str]) -> Result<ExitCode> {
    let environment = Environment::read().await;
    match words {
        ["seed"] => seed::run(&environment).await,
        ["rebuild-search"] => rebuild_search::run(&environment).await,
        ["redrive"] => redrive::replay(&environment).await,
        ["redrive", "--list"] => redrive::list(&environment).await,
        ["redrive", "--everything"] => redrive::replay_everything(&environment).await,
        ["restore", "--to", time] => restore::run(&environment, time).await,
        ["put-back", "--from", table, options @ ..] => {
            let (mode, partition) = match options {
                [] => (put_back::Mode::Write, None),
                ["--count"] => (put_back::Mode::Count, None),
                ["--partition", partition] => (put_back::Mode::Write, Some(*partition)),
                ["--count", "--partition", partition] => (put_back::Mode::Count, Some(*partition)),
                _ => bail!("usage: {USAGE}"),
            };
            put_back::run(&environment, table, mode, partition).await
        }
        ["update-functions", archives, functions @ ..] => {
            functions::update(&environment, archives.as_ref(), functions).await
        }
        _ => bail!("usage: {USAGE}"),
    }
}
