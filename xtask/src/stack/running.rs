//! `stack.json`: where a running stack is. Tests, scripts and the other commands read it.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::tool::paths::{self, State};

/// A running stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stack {
    #[serde(rename = "stackName")]
    pub(crate) name: String,
    pub(crate) api_url: String,
    pub(crate) portal_url: String,
    pub(crate) clinic_url: String,
    pub(crate) issuer: String,
    pub(crate) aws_endpoint_url: String,
    pub(crate) region: String,
    pub(crate) table_name: String,
    pub(crate) bucket_name: String,
    pub(crate) failure_queue_url: String,
    /// Demo account to patient id.
    pub(crate) patients: BTreeMap<String, String>,
}

impl Stack {
    /// The stack of `cargo xtask dev`, or the one that `STACK_JSON` names, with its folder.
    pub(crate) fn running() -> Result<(State, Self)> {
        let state = State::current();
        let stack = Self::read(&state)?;
        Ok((state, stack))
    }

    /// The running stack of a folder.
    pub(crate) fn read(state: &State) -> Result<Self> {
        Self::read_from(&state.stack_json())
    }

    /// The stack that a `stack.json` describes.
    pub(crate) fn read_from(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| {
            format!("no stack runs here ({} is missing); start one with `cargo xtask dev --detach`", paths::shown(path))
        })?;
        serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged; run `cargo xtask dev` again", paths::shown(path)))
    }

    /// Says that this stack runs.
    pub(crate) fn write(&self, state: &State) -> Result<()> {
        paths::write_atomically(&state.stack_json(), &format!("{}\n", serde_json::to_string_pretty(self)?))
    }

    /// Says that no stack runs.
    pub(crate) fn remove(state: &State) -> Result<()> {
        paths::remove(&state.stack_json())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Stack {
        Stack {
            name: "portal-messaging-local".to_owned(),
            api_url: "http://127.0.0.1:4566/_aws/execute-api/0a1b2c3d".to_owned(),
            portal_url: "http://localhost:5173".to_owned(),
            clinic_url: "http://localhost:5174".to_owned(),
            issuer: "http://localhost:4567".to_owned(),
            aws_endpoint_url: "http://127.0.0.1:4566".to_owned(),
            region: "us-east-1".to_owned(),
            table_name: "table".to_owned(),
            bucket_name: "bucket".to_owned(),
            failure_queue_url: "http://127.0.0.1:4566/000000000000/failures".to_owned(),
            patients: BTreeMap::from([("patient-a".to_owned(), "a".to_owned())]),
        }
    }

    #[test]
    fn a_stack_is_read_as_it_was_written_and_gone_when_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = State::at(folder.path());
        example().write(&state).expect("written");
        assert_eq!(Stack::read(&state).expect("read"), example());
        Stack::remove(&state).expect("removed");
        let error = Stack::read(&state).expect_err("gone").to_string();
        assert!(error.contains("cargo xtask dev"), "{error}");
        let left: Vec<_> = fs::read_dir(folder.path()).expect("readable").collect();
        assert!(left.is_empty(), "no draft is left behind: {left:?}");
    }

    #[test]
    fn it_has_the_names_that_others_read() {
        let value = serde_json::to_value(example()).expect("JSON");
        for name in [
            "apiUrl",
            "portalUrl",
            "clinicUrl",
            "issuer",
            "awsEndpointUrl",
            "tableName",
            "bucketName",
            "failureQueueUrl",
            "region",
        ] {
            assert!(value[name].is_string(), "{name}");
        }
        assert_eq!(value["patients"]["patient-a"], "a");
    }
}
