//! Runs a command to its end: with progress, its output kept for when it fails, and stopped by Ctrl-C with all its children.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::Write,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::tool::{
    interrupt, log_end,
    paths::{self, State},
    process,
    progress::{self, Step},
};

const POLL: Duration = Duration::from_millis(50);

/// Cargo, building into the folder that all of xtask's builds share.
///
/// `cargo run` hands this process variables about xtask itself. A build that sees them is another build
/// to some build scripts, so they stay here.
pub(crate) fn cargo<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Command {
    let mut command = Command::new("cargo");
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "LD_LIBRARY_PATH" {
            command.env_remove(&name);
        }
    }
    command.args(arguments).current_dir(paths::root()).env("CARGO_TARGET_DIR", paths::target());
    command
}

/// npm in one of the repo's Node packages.
pub(crate) fn npm<I: AsRef<OsStr>>(package: &str, arguments: impl IntoIterator<Item = I>) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(paths::root().join(package));
    command
}

/// Runs a command whose output goes to a log; an error shows the log's end.
pub(crate) fn logged(title: &str, command: &mut Command, log: &Path) -> Result<()> {
    let file = File::create(log).with_context(|| format!("cannot write {}", paths::shown(log)))?;
    let copy = file.try_clone().context("cannot share the log")?;
    let mut step = Step::begin(title);
    let child = spawn(command.stdin(Stdio::null()).stdout(file).stderr(copy))?;
    let mut detail = String::new();
    let status = wait(child, |count| {
        if count.is_multiple_of(10) {
            detail = log_end::last_line(log).unwrap_or_default();
        }
        step.tick(&detail);
    })?;
    if !status.success() {
        drop(step);
        bail!("{title}: failed ({status}). The end of {}:\n{}", paths::shown(log), log_end::tail(log));
    }
    step.done();
    Ok(())
}

/// Runs a command that shows its own progress and errors. Beside other jobs, all of it is shown when the command ends.
pub(crate) fn shown(title: &str, command: &mut Command) -> Result<()> {
    let log = progress::job().map(|job| State::test(job).log(&file_name(title))).transpose()?;
    if let Some(log) = &log {
        let file = File::create(log).with_context(|| format!("cannot write {}", paths::shown(log)))?;
        command.stdout(file.try_clone().context("cannot share the log")?).stderr(file);
    }
    let mut step = Step::begin_verbose(title);
    let ended = wait(spawn(command.stdin(Stdio::null()))?, |_| {
        if log.is_some() {
            step.tick("");
        }
    });
    if let Some(log) = &log {
        step.show(&fs::read(log).unwrap_or_default());
    }
    let status = ended?;
    if !status.success() {
        drop(step);
        bail!("{title}: failed ({status}), see above");
    }
    step.done();
    Ok(())
}

/// A title as the name of a file.
fn file_name(title: &str) -> String {
    let kept = |character: char| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '-' };
    title.chars().map(kept).collect()
}

/// Runs a command that reads `input`, and shows its errors if it fails.
pub(crate) fn fed(title: &str, command: &mut Command, input: &str, log: &Path) -> Result<()> {
    let file = File::create(log).with_context(|| format!("cannot write {}", paths::shown(log)))?;
    let copy = file.try_clone().context("cannot share the log")?;
    let mut step = Step::begin(title);
    let mut child = spawn(command.stdin(Stdio::piped()).stdout(file).stderr(copy))?;
    let mut pipe = child.stdin.take().context("the command takes no input")?;
    // Small enough for the pipe's buffer: this never waits for a command that does not read.
    let fed = pipe.write_all(input.as_bytes());
    drop(pipe);
    let status = wait(child, |_| step.tick(""))?;
    if !status.success() || fed.is_err() {
        drop(step);
        bail!("{title}: failed ({status}). The end of {}:\n{}", paths::shown(log), log_end::tail(log));
    }
    step.done();
    Ok(())
}

/// Runs a short command and gives its standard output.
pub(crate) fn captured(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {program}"))?;
    if !output.status.success() {
        bail!("{program} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Starts a command in a process group of its own, so that it can be stopped with all its children.
fn spawn(command: &mut Command) -> Result<Child> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.process_group(0).spawn().with_context(|| format!("cannot start {program}"))
}

/// Waits for a command's end; Ctrl-C stops it. `each` is called with a growing count.
fn wait(mut child: Child, mut each: impl FnMut(u32)) -> Result<ExitStatus> {
    for count in 0.. {
        if let Some(status) = child.try_wait().context("cannot wait for a command")? {
            interrupt::check()?;
            return Ok(status);
        }
        if interrupt::asked() {
            process::stop_child(&mut child);
            return Err(interrupt::Interrupted.into());
        }
        each(count);
        std::thread::sleep(POLL);
    }
    bail!("a command ran for longer than can be counted")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_the_end_of_the_log() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("it.log");
        let error = logged("Failing", Command::new("sh").args(["-c", "seq 100; exit 3"]), &log).expect_err("it fails");
        let text = error.to_string();
        assert!(text.contains("exit status: 3") && text.contains("    100\n") && text.contains("    71\n"), "{text}");
        assert!(!text.contains("    70\n"), "{text}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = captured(&mut Command::new("no-such-program")).expect_err("it is missing");
        assert!(format!("{error:#}").contains("cannot start no-such-program"));
    }
}
