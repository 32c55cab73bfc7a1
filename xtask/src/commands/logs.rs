//! `cargo xtask logs <function>`: what a function wrote, from CloudWatch Logs.

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    stack::aws::Cloud,
    tool::{interrupt, tools},
};

/// Prints what a function logged, on the running stack or a deployed one
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The function's binary, such as send-message
    function: String,
    /// Go on printing until Ctrl-C
    #[arg(long, short)]
    follow: bool,
    /// How far back to begin, in minutes
    #[arg(long, default_value_t = 60, value_name = "MINUTES")]
    since: u64,
    /// A stage deployed to the AWS account of the environment, instead of the stack of `cargo xtask dev`
    #[arg(long)]
    stage: Option<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    tools::install_python_tools()?;
    let (cloud, stack_name) = Cloud::of(options.stage.as_deref())?;
    let since = options.since.saturating_mul(60).to_string();
    let follow = options.follow.to_string();
    let mut command = cloud.python(&["logs", &stack_name, &options.function, &since, &follow]);
    // Ctrl-C reaches the command by itself, and ends it well.
    let status = command.status().context("cannot start the Python tools")?;
    if !status.success() && !interrupt::asked() {
        bail!("no logs, see above");
    }
    Ok(())
}
