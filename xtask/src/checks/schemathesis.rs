//! The end-to-end part's last step: schemathesis tests whether the running stack does what its `openapi.json` says.
//!
//! It sends requests as each role, with what the document allows and what it forbids, and checks every answer. Which
//! checks it makes, and which not and why, is in `xtask/schemathesis.toml`. It writes whatever the API takes: settings,
//! questionnaires, patients. So it runs only on stacks that are thrown away.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    stack::{openid, running::Stack},
    tool::{
        exec, http,
        paths::{self, State},
        tools,
    },
};

/// One account of each role.
const ACCOUNTS: [&str; 3] = ["patient-a", "clinician-a", "admin"];

/// Where the parameters of paths find ids that the stack has: what a clinician reads, `PATIENT` standing for patient-a's
/// id, and the field of its items.
const IDS: [(&str, &str, &str); 4] = [
    ("conversationId", "/patients/PATIENT/conversations?status=open&limit=5", "id"),
    ("encounterId", "/patients/PATIENT/conversations?status=open&limit=5", "encounterId"),
    ("taskId", "/tasks?limit=5", "id"),
    ("questionnaireId", "/questionnaires", "id"),
];

/// How often a parameter is one of them.
const PROBABILITY: &str = "0.8";

/// Asks a stack as each role. Gives up after the first that finds something, whose log shows what.
pub(crate) fn run(state: &State, stack: &Stack) -> Result<()> {
    let program = tools::schemathesis()?;
    let config = config(state, stack)?;
    ACCOUNTS.into_iter().try_for_each(|account| {
        let token = openid::token(&stack.issuer, account, None)?;
        let mut command = Command::new(&program);
        command
            .arg("--config-file")
            .arg(&config)
            .args(["run", "--no-color", &format!("{}/openapi.json", stack.api_url), "--url", &stack.api_url])
            .env("TOKEN", token)
            .env("PYTHONUNBUFFERED", "1");
        exec::logged(
            &format!("schemathesis as {account}"),
            &mut command,
            &state.log(&format!("schemathesis-{account}"))?,
        )
    })
}

/// The configuration with the ids that the stack has now.
fn config(state: &State, stack: &Stack) -> Result<PathBuf> {
    let path = paths::root().join("xtask/schemathesis.toml");
    let rules = fs::read_to_string(&path).with_context(|| format!("cannot read {}", paths::shown(&path)))?;
    let patient = stack.patients.get("patient-a").context("the stack knows no patient-a")?;
    let token = openid::token(&stack.issuer, "clinician-a", None)?;
    let mut known = vec![("patientId", vec![patient.clone()])];
    for (parameter, list, field) in IDS {
        known.push((parameter, listed(stack, &token, &list.replace("PATIENT", patient), field)?));
    }
    let written = state.made("schemathesis")?.join("schemathesis.toml");
    write(&written, &(rules + &dictionaries(&known)))?;
    Ok(written)
}

/// A field of everything on the first page of a list.
fn listed(stack: &Stack, token: &str, path: &str, field: &str) -> Result<Vec<String>> {
    let request = http::client().get(format!("{}{path}", stack.api_url));
    let page = http::json(&format!("GET {path}"), request.header("authorization", format!("Bearer {token}")).call())?;
    let items = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(items.iter().filter_map(|item| item[field].as_str().map(str::to_owned)).collect())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", paths::shown(path)))
}

/// Ids for the parameters of paths, as schemathesis reads them; a parameter of which there are none is left out.
fn dictionaries(known: &[(&str, Vec<String>)]) -> String {
    let known: Vec<_> = known.iter().filter(|(_, ids)| !ids.is_empty()).collect();
    let mut text = String::new();
    for (parameter, ids) in &known {
        let _ = write!(text, "\n[dictionaries.{parameter}]\nvalues = {}\n", Value::from(ids.clone()));
    }
    text.push_str("\n[parameters]\n");
    for (parameter, _) in &known {
        let _ =
            writeln!(text, "\"path.{parameter}\" = {{ dictionary = \"{parameter}\", probability = {PROBABILITY} }}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_draw_from_the_ids_that_there_are() {
        let text = dictionaries(&[("taskId", vec![]), ("patientId", vec!["a".to_owned(), "b".to_owned()])]);
        let expected = "\n[dictionaries.patientId]\nvalues = [\"a\",\"b\"]\n\n[parameters]\n\
                        \"path.patientId\" = { dictionary = \"patientId\", probability = 0.8 }\n";
        assert_eq!(text, expected);
    }
}
