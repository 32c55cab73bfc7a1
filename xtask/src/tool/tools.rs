//! What has to be installed: prerequisites are checked, the rest is installed at pinned versions, and only when a pin changed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::tool::{
    exec,
    paths::{self, State},
    stamp::Inputs,
};

/// The repo's Node packages.
pub(crate) const NODE_PACKAGES: [&str; 3] = ["infra", "dev/openid", "web"];
const PYTHON_AT_LEAST: (u32, u32) = (3, 10);
const NODE_AT_LEAST: u32 = 20;
const CARGO_DENY: &str = "0.20.2";

/// Fails with what to install if a prerequisite is missing; names everything that is missing at once.
pub(crate) fn check_prerequisites() -> Result<()> {
    let problems: Vec<String> = [python_problem(), node_problem(), npm_problem()].into_iter().flatten().collect();
    if problems.is_empty() {
        return Ok(());
    }
    bail!("something is missing on this machine:\n  {}", problems.join("\n  "))
}

fn python_problem() -> Option<String> {
    let (major, minor) = PYTHON_AT_LEAST;
    let wanted = format!("Python {major}.{minor} or newer as `python3`");
    let script = "import sys; print(*sys.version_info[:2])";
    let Ok(printed) = exec::captured(Command::new("python3").args(["-c", script])) else {
        return Some(format!(
            "{wanted}: not found. Debian: `apt-get install python3 python3-venv`; macOS: `brew install python`"
        ));
    };
    let mut numbers = printed.split_whitespace().filter_map(|number| number.parse::<u32>().ok());
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < PYTHON_AT_LEAST {
        return Some(format!("{wanted}: found {}.{}", found.0, found.1));
    }
    if exec::captured(Command::new("python3").args(["-c", "import venv, ensurepip"])).is_err() {
        return Some("Python's venv module. Debian: `apt-get install python3-venv`".to_owned());
    }
    None
}

fn node_problem() -> Option<String> {
    let wanted = format!("Node.js {NODE_AT_LEAST} or newer as `node`");
    let Ok(printed) = exec::captured(Command::new("node").arg("--version")) else {
        return Some(format!("{wanted}: not found. See https://nodejs.org"));
    };
    (major(&printed) < NODE_AT_LEAST).then(|| format!("{wanted}: found {}", printed.trim()))
}

fn npm_problem() -> Option<String> {
    let found = exec::captured(Command::new("npm").arg("--version")).is_ok();
    (!found).then(|| "npm, which comes with Node.js. Debian: `apt-get install npm`".to_owned())
}

/// The first number of a version such as `v20.20.2`.
fn major(version: &str) -> u32 {
    let digits = version.trim().trim_start_matches('v').split('.').next().unwrap_or_default();
    digits.parse().unwrap_or(0)
}

/// A program of the Python tools: `ministack`, `cargo-lambda`, `python`.
pub(crate) fn python_tool(name: &str) -> PathBuf {
    venv().join("bin").join(name)
}

fn venv() -> PathBuf {
    paths::tools().join("python")
}

/// Installs the Python tools and the Node packages, where a pin changed.
pub(crate) fn install() -> Result<()> {
    check_prerequisites()?;
    install_python_tools()?;
    NODE_PACKAGES.into_iter().try_for_each(install_node_package)
}

/// Installs the emulator and cargo-lambda into a virtual environment.
pub(crate) fn install_python_tools() -> Result<()> {
    install_requirements("the emulator and cargo-lambda", "requirements.txt", &venv())
}

/// Installs schemathesis into a virtual environment of its own, and gives its program.
pub(crate) fn schemathesis() -> Result<PathBuf> {
    let venv = paths::tools().join("schemathesis");
    install_requirements("schemathesis", "schemathesis-requirements.txt", &venv)?;
    Ok(venv.join("bin/schemathesis"))
}

/// Installs cfn-lint into a virtual environment of its own, and gives its program.
pub(crate) fn cfn_lint() -> Result<PathBuf> {
    let venv = paths::tools().join("cfn-lint");
    install_requirements("cfn-lint", "cfn-lint-requirements.txt", &venv)?;
    Ok(venv.join("bin/cfn-lint"))
}

/// Installs checkov into a virtual environment of its own: it pins versions that others don't want.
pub(crate) fn checkov() -> Result<PathBuf> {
    let venv = paths::tools().join("checkov");
    install_requirements("checkov", "checkov-requirements.txt", &venv)?;
    Ok(venv.join("bin/checkov"))
}

/// Installs what a file of `xtask/` pins into a virtual environment, unless it is there.
fn install_requirements(what: &str, requirements: &str, venv: &Path) -> Result<()> {
    let requirements = paths::root().join("xtask").join(requirements);
    let version = exec::captured(Command::new("python3").arg("--version"))?;
    let inputs = Inputs::default().text(&version).text(&venv.to_string_lossy()).file(&requirements)?;
    let stamp = inputs.stamp(venv.join("xtask.stamp"));
    if stamp.is_current() {
        return Ok(());
    }
    if venv.exists() {
        fs::remove_dir_all(venv).with_context(|| format!("cannot remove {}", paths::shown(venv)))?;
    }
    let log = State::dev().log("install-python")?;
    exec::logged("Making a Python environment", Command::new("python3").args(["-m", "venv"]).arg(venv), &log)?;
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--requirement"]).arg(&requirements);
    exec::logged(&format!("Installing {what}"), &mut pip, &log)?;
    stamp.set()
}

/// `npm ci`, unless the lockfile's packages are there.
pub(crate) fn install_node_package(package: &str) -> Result<()> {
    let folder = paths::root().join(package);
    let version = exec::captured(Command::new("node").arg("--version"))?;
    let lock = folder.join("package-lock.json");
    let stamp = Inputs::default().text(&version).file(&lock)?.stamp(folder.join("node_modules/.xtask.stamp"));
    if stamp.is_current() {
        return Ok(());
    }
    let log = State::dev().log(&format!("install-{}", package.replace('/', "-")))?;
    let mut command = exec::npm(package, ["ci", "--no-audit", "--no-fund"]);
    exec::logged(&format!("Installing the Node packages of {package}"), &mut command, &log)?;
    stamp.set()
}

/// Where Chromium is, for the tests of the pages: `BROWSER` names it, or it is found where systems install it.
pub(crate) fn browser() -> Result<PathBuf> {
    const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    const MACOS: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    if let Some(named) = std::env::var_os("BROWSER").filter(|path| !path.is_empty()) {
        return Ok(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = std::env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    found.find(|program| program.is_file()).or_else(|| Some(PathBuf::from(MACOS)).filter(|it| it.is_file())).context(
        "the tests of the pages need Chromium or Chrome. Debian: `apt-get install chromium`; \
         macOS: `brew install --cask google-chrome`; elsewhere, name its program in BROWSER",
    )
}

/// Installs cargo-deny if it is missing, and gives its path.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    let root = paths::tools().join(format!("cargo-deny-{CARGO_DENY}"));
    let program = root.join("bin/cargo-deny");
    if !program.exists() {
        let build = root.join("build");
        let mut install = exec::cargo(["install", "cargo-deny", "--locked", "--version", CARGO_DENY, "--root"]);
        install.arg(&root).env("CARGO_TARGET_DIR", &build);
        exec::shown(&format!("Installing cargo-deny {CARGO_DENY} (once, some minutes)"), &mut install)?;
        fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", paths::shown(&build)))?;
    }
    Ok(program)
}

/// `PATH` with the Python tools first, so that cargo finds `cargo lambda`.
pub(crate) fn path_with_python_tools() -> Result<std::ffi::OsString> {
    let bin: &Path = &venv().join("bin");
    let known = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(bin.to_owned()).chain(std::env::split_paths(&known));
    std::env::join_paths(all).context("PATH holds a name that cannot be joined")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(major("v20.20.2\n"), 20);
        assert_eq!(major("11.19.1"), 11);
        assert_eq!(major("nonsense"), 0);
    }

    #[test]
    fn this_machine_has_the_prerequisites() {
        check_prerequisites().expect("whoever runs the tests has them");
    }
}
