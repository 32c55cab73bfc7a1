//! `cargo xtask restore` and `put-back`: the table as it was at a time, beside the stack's own, and what that one lost since.

use anyhow::Result;
use clap::Args;

use crate::{stack::operations::Target, tool::exec};

/// Makes a table beside the stack's own, with what that held at a point in time
///
/// The stack goes on with its own table. `put-back` brings what that one lost since.
#[derive(Debug, Args)]
pub(crate) struct RestoreOptions {
    /// A stage deployed to the AWS account of the environment, instead of the stack of `cargo xtask dev`
    #[arg(long)]
    stage: Option<String>,
    /// When, such as 2026-11-24T20:15:00Z, or `latest`: within the last 35 days, up to five minutes ago
    #[arg(long)]
    to: String,
}

/// Writes what another table has, and the stack's own has not, into the stack's own
///
/// Nothing that people wrote since is overwritten: items that differ stay as they are, unless their partition is named.
/// Expired items stay away. What was removed on purpose comes back too: look at `--count` first.
#[derive(Debug, Args)]
pub(crate) struct PutBackOptions {
    /// A stage deployed to the AWS account of the environment, instead of the stack of `cargo xtask dev`
    #[arg(long)]
    stage: Option<String>,
    /// The table that `restore` made
    #[arg(long, value_name = "TABLE")]
    from: String,
    /// Only count what is missing and what differs, by kind
    #[arg(long)]
    count: bool,
    /// Only this partition, such as `CONV#<id>`, and what differs in it is made as it was
    #[arg(long, value_name = "PK")]
    partition: Option<String>,
}

pub(crate) fn restore(options: &RestoreOptions) -> Result<()> {
    let target = Target::of(options.stage.as_deref())?;
    exec::shown("Restoring the table", &mut target.command(&["restore", "--to", &options.to])?)
}

pub(crate) fn put_back(options: &PutBackOptions) -> Result<()> {
    let target = Target::of(options.stage.as_deref())?;
    let mut command = target.command(&["put-back", "--from", &options.from])?;
    if options.count {
        command.arg("--count");
    }
    if let Some(partition) = &options.partition {
        command.args(["--partition", partition]);
    }
    exec::shown(if options.count { "Counting what was lost" } else { "Putting back what was lost" }, &mut command)
}
