//! `cargo xtask redrive`: replays what the functions failed to process, from the failure queue.

use anyhow::Result;
use clap::Args;

use crate::{
    stack::aws::Cloud,
    tool::{exec, tools},
};

/// Replays what the functions failed to process, once its cause has been put right
///
/// Every message of the failure queue is given to the function that failed, and deleted once that has succeeded.
/// Replaying twice changes nothing. It prints which function, which item's keys and why.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A stage deployed to the AWS account of the environment, instead of the stack of `cargo xtask dev`
    #[arg(long)]
    stage: Option<String>,
    /// Only show what is in the queue
    #[arg(long)]
    list: bool,
    /// Replay every conversation and encounter instead: for what the stream forgot before it was replayed
    #[arg(long, conflicts_with = "list")]
    everything: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    tools::install_python_tools()?;
    let (cloud, stack_name) = Cloud::of(options.stage.as_deref())?;
    let (mode, title) = match (options.list, options.everything) {
        (true, _) => ("list", "Reading the failure queue"),
        (_, true) => ("everything", "Replaying every conversation and encounter"),
        _ => ("replay", "Replaying the failure queue"),
    };
    exec::shown(title, &mut cloud.python(&["redrive", &stack_name, mode]))
}
