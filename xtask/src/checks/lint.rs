//! The `lint` part of `cargo xtask test`: compilers, documentation, dependencies, with warnings as errors.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::tool::{
    exec, interrupt,
    paths::{self, State},
    tools,
};

/// clippy and rustdoc on the whole workspace.
pub(crate) fn rust() -> Result<()> {
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    exec::shown("Clippy", &mut exec::cargo(clippy))?;
    // `--examples` makes cargo build dependencies with the features that Clippy has them with: without, all are checked anew.
    let doc = ["doc", "--workspace", "--no-deps", "--locked", "--lib", "--bins", "--examples"];
    let mut doc = exec::cargo(doc);
    exec::shown("Documentation", doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// The linters of a Node package, and the vulnerabilities that are known of it.
pub(crate) fn node(package: &str) -> Result<()> {
    tools::install_node_package(package)?;
    scripts(package)?;
    audit(package)
}

/// The package's own scripts; `typecheck` is part of `lint` where a package has none.
fn scripts(package: &str) -> Result<()> {
    for script in ["lint", "typecheck"] {
        let mut npm = exec::npm(package, ["run", "--silent", "--if-present", script]);
        exec::shown(&format!("{package}: {script}"), &mut npm)?;
    }
    Ok(())
}

/// Known vulnerabilities of a Node package's run-time dependencies.
fn audit(package: &str) -> Result<()> {
    let title = format!("npm audit of {package}");
    let mut npm = exec::npm(package, ["audit", "--omit=dev", "--json"]);
    let output = npm.output().context("cannot start npm")?;
    let report: Value = serde_json::from_slice(&output.stdout).with_context(|| format!("{title}: no report"))?;
    match verdict(&report) {
        Audit::Clean => eprintln!("✓ {title}: no known vulnerability"),
        Audit::Unreachable(why) => {
            eprintln!("! {title}: NOT CHECKED, the registry's advisories cannot be read ({why})");
        }
        Audit::Vulnerable(count) => {
            bail!("{title}: {count} known vulnerabilities; see `npm audit --omit=dev` in {package}/")
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Audit {
    Clean,
    Vulnerable(u64),
    Unreachable(String),
}

/// The verdict of an audit's report.
fn verdict(report: &Value) -> Audit {
    match report["metadata"]["vulnerabilities"]["total"].as_u64() {
        Some(0) => Audit::Clean,
        Some(count) => Audit::Vulnerable(count),
        None => {
            let said = [&report["message"], &report["error"]["summary"], &report["error"]["code"]];
            let said = said.into_iter().filter_map(Value::as_str).find(|text| !text.is_empty());
            Audit::Unreachable(
                said.unwrap_or("no answer").split(['\n', '-']).next().unwrap_or_default().trim().to_owned(),
            )
        }
    }
}

/// Licences, sources, bans and advisories of the Rust dependencies.
pub(crate) fn dependencies() -> Result<()> {
    let deny = tools::cargo_deny()?;
    let command = |arguments: &[&str]| {
        let mut command = Command::new(&deny);
        command.args(["--locked", "--workspace"]).args(arguments).current_dir(paths::root());
        command
    };
    exec::shown("cargo deny: bans, licences, sources", &mut command(&["check", "bans", "licenses", "sources"]))?;
    let log = State::dev().log("advisories")?;
    match exec::logged("Fetching the RustSec advisories", &mut command(&["fetch", "db"]), &log) {
        Ok(()) => exec::shown("cargo deny: advisories", &mut command(&["check", "--disable-fetch", "advisories"])),
        Err(error) if error.is::<interrupt::Interrupted>() => Err(error),
        Err(_) => {
            eprintln!(
                "! cargo deny: advisories NOT CHECKED, the RustSec database cannot be fetched (see {})",
                paths::shown(&log)
            );
            Ok(())
        }
    }
}

/// `cargo fmt --check`.
pub(crate) fn format() -> Result<()> {
    let mut fmt: Command = exec::cargo(["fmt", "--all", "--check"]);
    exec::shown("Format", &mut fmt)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_is_clean_bad_or_missing_and_never_silently_so() {
        assert_eq!(verdict(&json!({"metadata": {"vulnerabilities": {"total": 0}}})), Audit::Clean);
        assert_eq!(verdict(&json!({"metadata": {"vulnerabilities": {"total": 2}}})), Audit::Vulnerable(2));
        let unreachable = json!({"message": "request failed", "error": {"summary": "", "detail": ""}});
        assert_eq!(verdict(&unreachable), Audit::Unreachable("request failed".to_owned()));
        assert_eq!(verdict(&json!({})), Audit::Unreachable("no answer".to_owned()));
    }
}
