//! Rebuilds all search digests from the conversations' titles and messages. People may go on writing meanwhile, and
//! repeating it changes nothing.

use std::process::ExitCode;

use anyhow::Result;

use crate::environment::Environment;

/// Rebuilds them and prints counts.
pub(crate) async fn run(environment: &Environment) -> Result<ExitCode> {
    let rebuilt = environment.table()?.rebuild_digests().await?;
    println!("{} conversations read, {} digests changed", rebuilt.conversations, rebuilt.changed);
    for (cause, count) in &rebuilt.failed {
        eprintln!("{count} conversations can't be rebuilt: {cause}");
    }
    Ok(if rebuilt.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
