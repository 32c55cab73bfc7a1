//! `cargo xtask destroy`: removes a deployment; of production, everything but the data.

use anyhow::Result;
use clap::Args;

use crate::{
    stack::{aws::Cloud, removal},
    tool::{paths::State, tools},
};

/// Removes a deployment from the AWS account of the environment, or from the `AWS_ENDPOINT_URL` it names
///
/// A deployment for real patients is removed only with `--production`, and its data stays: table, images, failure queue,
/// key, secrets and logs, which are named at the end. Of any other deployment, everything is removed.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Name of the deployment
    #[arg(long)]
    stage: String,
    /// Confirms that production is to be removed
    #[arg(long)]
    production: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    tools::install_python_tools()?;
    removal::remove_stage(&State::current(), &Cloud::Environment, &options.stage, options.production)
}
