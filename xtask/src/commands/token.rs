//! `cargo xtask token <person>`: a bearer token of a demo account, and nothing else, on standard output.

use anyhow::Result;
use clap::Args;

use crate::stack::{openid, running::Stack};

/// Prints a bearer token of a demo account of the running stack
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// patient-a, patient-b, clinician-a, clinician-b or admin
    person: String,
    /// How long the token lives, 1 to 3600
    #[arg(long, value_name = "SECONDS")]
    lifetime: Option<u32>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let (_, stack) = Stack::running()?;
    println!("{}", openid::token(&stack.issuer, &options.person, options.lifetime)?);
    Ok(())
}
