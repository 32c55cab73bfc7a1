//! What the machine itself must have. It is checked before anything is built, all of it at once; the tests' command also
//! installs what is missing with `apt-get`, where it may.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::tool::{exec, paths::State};

const PYTHON_AT_LEAST: (u32, u32) = (3, 10);
const NODE_AT_LEAST: u32 = 20;

/// A program that the machine must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Python with its venv module.
    Python,
    /// Node.js with npm.
    Node,
    /// Git, with which cargo-deny fetches the advisories.
    Git,
    /// Valgrind, which counts instructions.
    Valgrind,
}

/// What every command needs that installs or builds anything.
pub(crate) const ALWAYS: [Need; 2] = [Need::Python, Need::Node];

/// Something that is missing: what to tell the user, and Debian's package of it where we install that ourselves.
#[derive(Debug, PartialEq, Eq)]
struct Missing {
    message: String,
    package: Option<&'static str>,
}

/// Fails with all that is missing and how to install it.
pub(crate) fn check(needs: &[Need]) -> Result<()> {
    let missing = missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    let messages: Vec<String> = missing.into_iter().map(|it| it.message).collect();
    bail!("something is missing on this machine:\n  {}", messages.join("\n  "))
}

/// Installs what is missing, where that can be done without asking; fails with what is missing then.
pub(crate) fn provide(needs: &[Need]) -> Result<()> {
    let packages: Vec<&str> = missing(needs).iter().filter_map(|it| it.package).collect();
    if let (false, Some(root)) = (packages.is_empty(), apt_get_as_root()) {
        install(&packages, root)?;
    }
    check(needs)
}

fn missing(needs: &[Need]) -> Vec<Missing> {
    needs.iter().flat_map(|need| need.missing()).collect()
}

impl Need {
    fn missing(self) -> Vec<Missing> {
        match self {
            Self::Python => python().into_iter().collect(),
            Self::Node => node().into_iter().chain(npm()).collect(),
            Self::Git => program("git", "git", "fetches the advisories about Rust crates").into_iter().collect(),
            Self::Valgrind => program("valgrind", "valgrind", "counts instructions").into_iter().collect(),
        }
    }
}

fn python() -> Option<Missing> {
    let (major, minor) = PYTHON_AT_LEAST;
    let wanted = format!("Python {major}.{minor} or newer as `python3`");
    let by_hand = |message| Some(Missing { message, package: None });
    let Ok(printed) = exec::captured(Command::new("python3").arg("--version")) else {
        return by_hand(format!(
            "{wanted}: not found. Debian: `apt-get install python3 python3-venv`; macOS: `brew install python`"
        ));
    };
    let found = major_and_minor(&printed);
    if found < PYTHON_AT_LEAST {
        return by_hand(format!("{wanted}: found {}.{}", found.0, found.1));
    }
    if exec::captured(Command::new("python3").args(["-m", "ensurepip", "--version"])).is_err() {
        let message = "Python's venv module. Debian: `apt-get install python3-venv`".to_owned();
        return Some(Missing { message, package: Some("python3-venv") });
    }
    None
}

fn node() -> Option<Missing> {
    let wanted = format!("Node.js {NODE_AT_LEAST} or newer as `node`");
    let message = match exec::captured(Command::new("node").arg("--version")) {
        Err(_) => format!("{wanted}: not found. See https://nodejs.org"),
        Ok(printed) if major(&printed) < NODE_AT_LEAST => format!("{wanted}: found {}", printed.trim()),
        Ok(_) => return None,
    };
    Some(Missing { message, package: None })
}

fn npm() -> Option<Missing> {
    let found = exec::captured(Command::new("npm").arg("--version")).is_ok();
    let message = "npm, which comes with Node.js. Debian: `apt-get install npm`".to_owned();
    (!found).then_some(Missing { message, package: None })
}

/// A program of one of Debian's packages.
fn program(name: &str, package: &'static str, purpose: &str) -> Option<Missing> {
    let found = exec::captured(Command::new(name).arg("--version")).is_ok();
    let message = format!("{name}, which {purpose}. Debian: `apt-get install {package}`");
    (!found).then_some(Missing { message, package: Some(package) })
}

/// The first two numbers of a version such as `Python 3.11.2`.
fn major_and_minor(version: &str) -> (u32, u32) {
    let number = version.trim().trim_start_matches("Python ");
    let mut numbers = number.split('.').map(|digits| digits.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// The first number of a version such as `v20.20.2`.
fn major(version: &str) -> u32 {
    let digits = version.trim().trim_start_matches('v').split('.').next().unwrap_or_default();
    digits.parse().unwrap_or(0)
}

/// What to put before `apt-get` so that it may install: nothing for root, `sudo` where that asks for no password.
/// Nothing can be installed where neither is the case, or without apt-get.
fn apt_get_as_root() -> Option<&'static [&'static str]> {
    exec::captured(Command::new("apt-get").arg("--version")).ok()?;
    if rustix::process::geteuid().is_root() {
        return Some(&[]);
    }
    exec::captured(Command::new("sudo").args(["--non-interactive", "true"])).ok()?;
    Some(&["sudo", "--non-interactive"])
}

fn install(packages: &[&str], as_root: &[&str]) -> Result<()> {
    let command = |arguments: &[&str]| {
        let apt_get = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--yes"];
        let words = [as_root, &apt_get, arguments].concat();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).stdin(Stdio::null());
        command
    };
    let log = State::dev().log("install-system")?;
    exec::logged("Reading Debian's list of packages", &mut command(&["update"]), &log)?;
    let arguments = [&["install", "--no-install-recommends"], packages].concat();
    exec::logged(&format!("Installing {}", packages.join(", ")), &mut command(&arguments), &log)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(major("v20.20.2\n"), 20);
        assert_eq!(major("11.19.1"), 11);
        assert_eq!(major("nonsense"), 0);
        assert_eq!(major_and_minor("Python 3.11.2\n"), (3, 11));
        assert_eq!(major_and_minor("Python 3.14.0rc1"), (3, 14));
        assert_eq!(major_and_minor("nonsense"), (0, 0));
    }

    #[test]
    fn this_machine_has_what_every_command_needs() {
        check(&ALWAYS).expect("tests run where they are built");
    }

    #[test]
    fn a_missing_program_is_named_with_its_package() {
        let missing = program("no-such-program", "some-package", "does something").expect("missing");
        assert_eq!(missing.package, Some("some-package"));
        assert_eq!(missing.message, "no-such-program, which does something. Debian: `apt-get install some-package`");
        assert_eq!(program("cargo", "cargo", "builds"), None);
    }
}
