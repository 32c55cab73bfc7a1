//! `cargo xtask destroy`: removes a deployment; of production, everything but the data.

use anyhow::{Result, bail};
use clap::Args;

use crate::{
    stack::{aws::Cloud, deployment::PRODUCTION},
    tool::{exec, paths::State, tools},
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
    destroy(&State::current(), &Cloud::Environment, &options.stage, options.production)
}

/// Removes the stacks of a stage. Whether it is production is read from the deployed template, too: its table is kept there.
pub(crate) fn destroy(state: &State, cloud: &Cloud, of: &str, production: bool) -> Result<()> {
    if of == PRODUCTION && !production {
        bail!(
            "{of} is for real patients: `--production` says that you mean it. Its table and images stay in any case."
        );
    }
    let title = format!("Removing portal-messaging-{of}");
    let mut command = cloud.python(&["destroy", &format!("portal-messaging-{of}"), &production.to_string()]);
    exec::logged(&title, &mut command, &state.log("destroy")?)
}
