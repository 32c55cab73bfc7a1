//! A deployed stack, as its `stack.json` describes it, and clients for its API.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::http::Client;
use crate::repository;

/// What `stack.json` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// The name of the deployed stack, with which its functions' names begin.
    pub stack_name: String,
    /// The HTTP API.
    pub api_url: String,
    /// The patients' application.
    pub portal_url: String,
    /// The clinicians' application.
    pub clinic_url: String,
    /// The issuer of tokens.
    pub issuer: String,
    /// Where AWS answers.
    pub aws_endpoint_url: String,
    /// The AWS region.
    pub region: String,
    /// The table.
    pub table_name: String,
    /// The bucket of images.
    pub bucket_name: String,
    /// The queue of stream records that could not be processed.
    pub failure_queue_url: String,
    /// The patient ids of the demo accounts.
    pub patients: BTreeMap<String, String>,
}

/// A deployed stack.
#[derive(Debug)]
pub struct Deployment {
    description: Description,
    http: reqwest::Client,
}

impl Deployment {
    /// The stack that `STACK_JSON` names, or the one of `cargo xtask dev`.
    pub(crate) fn read() -> Self {
        // Servers close what is idle for some seconds: a request that meets that would have no answer.
        let idle = std::time::Duration::from_secs(2);
        let http =
            reqwest::Client::builder().timeout(std::time::Duration::from_mins(1)).pool_idle_timeout(idle).build();
        Self { description: Description::read(), http: http.expect("an HTTP client") }
    }

    /// What `stack.json` says.
    pub const fn description(&self) -> &Description {
        &self.description
    }

    /// Where its `stack.json` is.
    pub fn path(&self) -> PathBuf {
        Description::path()
    }

    /// The HTTP client, for what is not the API.
    pub const fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Whoever shows this token.
    pub fn bearer(&self, token: &str) -> Client {
        Client::new(self.http.clone(), &self.description.api_url, Some(format!("Bearer {token}")))
    }

    /// Somebody without a token.
    pub fn stranger(&self) -> Client {
        Client::new(self.http.clone(), &self.description.api_url, None)
    }

    /// The patient id of a demo account.
    pub fn patient_id(&self, account: &str) -> &str {
        self.description.patients.get(account).unwrap_or_else(|| panic!("the stack knows no patient {account}"))
    }

    /// What the emulator wrote, if it is one that `cargo xtask` started.
    pub fn emulator_log(&self) -> Option<String> {
        let path = Description::path().with_file_name("log").join("emulator.log");
        std::fs::read(path).ok().map(|text| String::from_utf8_lossy(&text).into_owned())
    }

    /// The deployed name of a function.
    pub fn function_name(&self, binary: &str) -> String {
        format!("{}-{binary}", self.description.stack_name)
    }
}

impl Description {
    /// Where it is read from.
    fn path() -> PathBuf {
        let path = std::env::var_os("STACK_JSON").filter(|path| !path.is_empty()).map(PathBuf::from);
        path.unwrap_or_else(|| repository::root().join(".local/stack.json"))
    }

    fn read() -> Self {
        let path = Self::path();
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!(
                "no stack runs ({}: {error}). `cargo xtask test e2e` brings one up and tests it; \
                 STACK_JSON names another stack's stack.json",
                path.display()
            )
        });
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{} is damaged: {error}", path.display()))
    }
}
