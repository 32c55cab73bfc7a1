//! cfn-lint and checkov on the full templates of production, in the `infra` part of the tests; cdk-nag is in infra's own tests.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::tool::{
    exec,
    paths::{self, State},
    tools,
};

/// A finding of checkov that is accepted: the rule, the type of resource, and why. One that is not found any more is refused.
const ACCEPTED: [(&str, &str, &str); 11] = [
    (
        "CKV_AWS_115",
        "AWS::Lambda::Function",
        "a reservation per function would take capacity from the others; the gateway throttles",
    ),
    ("CKV_AWS_116", "AWS::Lambda::Function", "routes answer their caller; the three triggers have the failure queue"),
    (
        "CKV_AWS_117",
        "AWS::Lambda::Function",
        "functions reach AWS and the issuer's keys only, over TLS: no network of ours",
    ),
    (
        "CKV_AWS_173",
        "AWS::Lambda::Function",
        "names, and CloudFront's key, encrypted with Lambda's own key: with ours, every role could decrypt with it directly",
    ),
    (
        "CKV_AWS_18",
        "AWS::S3::Bucket",
        "images are reached by signed addresses, which logs would copy; pages are public",
    ),
    ("CKV_AWS_21", "AWS::S3::Bucket", "an image is written once under its own key; pages are built anew"),
    ("CKV_AWS_86", "AWS::CloudFront::Distribution", "its logs hold queries, and search words travel in them"),
    (
        "CKV_AWS_158",
        "AWS::Logs::LogGroup",
        "the firewall's log, redacted, in CloudFront's region: our key is in another",
    ),
    (
        "CKV_AWS_59",
        "AWS::ApiGateway::Method",
        "a REST API knows no issuer but Cognito: every function verifies the token",
    ),
    ("CKV_AWS_120", "AWS::ApiGateway::Stage", "answers are one person's own: nothing is cached"),
    ("CKV_AWS_73", "AWS::ApiGateway::Stage", "the gateway's traces would hold paths, with ids; the functions' are on"),
];

/// Both tools on every template of production.
pub(crate) fn check() -> Result<()> {
    let state = State::test("infra");
    let folder = state.made("templates")?;
    let mut templates = exec::npm("infra", ["run", "--silent", "templates", "--"]);
    exec::logged("Writing the templates of production", templates.arg(&folder), &state.log("templates")?)?;
    cfn_lint(&folder)?;
    checkov(&folder)
}

fn cfn_lint(folder: &Path) -> Result<()> {
    let mut lint = Command::new(tools::cfn_lint()?);
    lint.args(["--config-file", ".cfnlintrc.yaml", "--"]).current_dir(paths::root().join("infra"));
    lint.args(templates(folder)?);
    exec::shown("cfn-lint", &mut lint)
}

fn checkov(folder: &Path) -> Result<()> {
    let title = "checkov";
    let mut command = Command::new(tools::checkov()?);
    command.args(["--framework", "cloudformation", "--skip-download", "--soft-fail", "--compact", "--output", "json"]);
    command.arg("--directory").arg(folder).env("LOG_LEVEL", "ERROR");
    let report: Value = serde_json::from_str(&exec::captured(&mut command)?).context("checkov: no report")?;
    let problems = judged(&report)?;
    ensure!(problems.is_empty(), "{title}:\n  {}", problems.join("\n  "));
    eprintln!(
        "✓ {title}: {} checks passed, {} kinds of findings accepted with a reason",
        report["summary"]["passed"],
        ACCEPTED.len()
    );
    Ok(())
}

fn templates(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", paths::shown(folder)))?;
    Ok(entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .collect())
}

/// Findings that are not accepted, and accepted ones that are not found.
fn judged(report: &Value) -> Result<Vec<String>> {
    let Some(failed) = report["results"]["failed_checks"].as_array() else {
        bail!("checkov checked nothing: {report}");
    };
    ensure!(report["summary"]["parsing_errors"] == 0, "checkov could not read a template");
    let mut found = BTreeSet::new();
    for check in failed {
        let text = |name: &str| check[name].as_str().unwrap_or_default();
        let resource_type = text("resource").split('.').next().unwrap_or_default();
        found.insert((text("check_id"), resource_type, text("check_name")));
    }
    let accepted = |(rule, on): (&str, &str)| ACCEPTED.iter().any(|(id, of, _)| (*id, *of) == (rule, on));
    let new = found.iter().filter(|(rule, on, _)| !accepted((rule, on)));
    let new = new.map(|(rule, on, name)| format!("{rule} at {on}: {name}"));
    let gone = ACCEPTED.iter().filter(|(rule, on, _)| !found.iter().any(|(id, of, _)| (id, of) == (rule, on)));
    let gone = gone.map(|(rule, on, _)| format!("{rule} at {on} is accepted, but not found any more"));
    Ok(new.chain(gone).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report(findings: &[(&str, &str)]) -> Value {
        let failed: Vec<_> = findings
            .iter()
            .map(|(rule, on)| json!({"check_id": rule, "check_name": "name", "resource": format!("{on}.Id")}))
            .collect();
        json!({"results": {"failed_checks": failed}, "summary": {"parsing_errors": 0, "passed": 1}})
    }

    #[test]
    fn exactly_what_is_accepted_is_found() {
        let mut findings: Vec<_> = ACCEPTED.iter().map(|(rule, on, _)| (*rule, *on)).collect();
        assert!(judged(&report(&findings)).expect("judged").is_empty());
        findings[0] = ("CKV_AWS_999", "AWS::S3::Bucket");
        let problems = judged(&report(&findings)).expect("judged");
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(judged(&json!([])).is_err());
    }

    #[test]
    fn every_acceptance_has_its_reason() {
        for (rule, _, reason) in ACCEPTED {
            assert!(reason.len() > 40, "{rule}: {reason}");
        }
    }
}
