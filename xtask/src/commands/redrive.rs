//! `cargo xtask redrive`: replays what the functions failed to process, from the failure queue.

use anyhow::Result;
use clap::Args;

use crate::{stack::operations::Target, tool::exec};

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
    /// Replay every conversation and encounter instead: for records that the stream no longer holds
    #[arg(long, conflicts_with = "list")]
    everything: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let target = Target::of(options.stage.as_deref())?;
    let (words, title) = match (options.list, options.everything) {
        (true, _) => (&["redrive", "--list"][..], "Reading the failure queue"),
        (_, true) => (&["redrive", "--everything"][..], "Replaying every conversation and encounter"),
        _ => (&["redrive"][..], "Replaying the failure queue"),
    };
    exec::shown(title, &mut target.command(words)?)
}
