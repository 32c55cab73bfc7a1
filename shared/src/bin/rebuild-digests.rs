//! Rebuilds all search digests of the table `TABLE_NAME` from its conversations' titles and messages.
//!
//! `cargo xtask rebuild-search` runs it; people may go on writing, and repeating it changes nothing. It prints counts.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program talks to its user")]

use std::process::ExitCode;

#[path = "program/environment.rs"]
mod environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let rebuilt = environment::table()?.rebuild_digests().await?;
    println!("{} conversations read, {} digests changed", rebuilt.conversations, rebuilt.changed);
    for (cause, count) in &rebuilt.failed {
        eprintln!("{count} conversations can't be rebuilt: {cause}");
    }
    Ok(if rebuilt.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
