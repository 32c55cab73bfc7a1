//! `cargo xtask rebuild-search`: all search digests, built anew from the messages.

use anyhow::Result;
use clap::Args;

use crate::{stack::operations::Target, tool::exec};

/// Rebuilds what conversations are searched by, from their titles and messages
///
/// Needed after a change of how texts are split into words, or when digests were lost. People may go on writing
/// meanwhile, and repeating it changes nothing. It reads every message and prints counts only.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A stage deployed to the AWS account of the environment, instead of the stack of `cargo xtask dev`
    #[arg(long)]
    stage: Option<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let target = Target::of(options.stage.as_deref())?;
    exec::shown("Rebuilding the search digests", &mut target.command(&["rebuild-search"])?)
}
