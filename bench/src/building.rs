//! `build`: how long a clean release build of all functions takes, and a build after a change in one route.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use crate::figures::Section;
use crate::setup::Setup;

/// The figures.
pub(crate) const SUBJECT: &str = "all functions";
pub(crate) const CLEAN: &str = "clean release build, s";
pub(crate) const RELINK: &str = "after a change in one route, s";

pub(crate) fn measure(setup: &Setup, section: &mut Section) -> Result<()> {
    let target = setup.scratch.join("build");
    if target.exists() {
        fs::remove_dir_all(&target).context("cannot remove the earlier build")?;
    }
    section.set(SUBJECT, CLEAN, build(&setup.build, &target)?);
    // To cargo, a source file that is newer than the build has changed.
    let route = Path::new("functions/src/messages/send_message.rs");
    let source = fs::read(route).context("the working directory is not the checkout")?;
    fs::write(route, source).context("cannot touch a route")?;
    section.set(SUBJECT, RELINK, build(&setup.build, &target)?);
    fs::remove_dir_all(&target).context("cannot remove the build")
}

fn build(command: &[String], target: &Path) -> Result<f64> {
    let (program, arguments) = command.split_first().context("no build command is given")?;
    let begun = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .env("CARGO_TARGET_DIR", target)
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot start {program}"))?;
    ensure!(status.success(), "the build failed ({status})");
    Ok(begun.elapsed().as_secs_f64())
}
