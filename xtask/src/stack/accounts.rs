//! The demo accounts, read from the file that the OpenID provider reads too.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::tool::paths;

/// `dev/openid/accounts.json`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Accounts {
    pub(crate) audience: String,
    pub(crate) client_secret: String,
    #[serde(rename = "accounts")]
    pub(crate) all: Vec<Account>,
}

/// Somebody who can sign in. The role is a claim of the tokens.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) patient_id: Option<String>,
}

impl Accounts {
    pub(crate) fn read() -> Result<Self> {
        let path = paths::root().join("dev/openid/accounts.json");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", paths::shown(&path)))?;
        serde_json::from_str(&text).with_context(|| format!("{} is damaged", paths::shown(&path)))
    }

    /// The account of that name, or an error that lists them.
    pub(crate) fn expect(&self, id: &str) -> Result<&Account> {
        let Some(account) = self.all.iter().find(|account| account.id == id) else {
            let known: Vec<&str> = self.all.iter().map(|account| account.id.as_str()).collect();
            bail!("there is no demo account \"{id}\"; there are {}", known.join(", "));
        };
        Ok(account)
    }

    /// Account name to patient id.
    pub(crate) fn patients(&self) -> BTreeMap<String, String> {
        let patient = |account: &Account| Some((account.id.clone(), account.patient_id.clone()?));
        self.all.iter().filter_map(patient).collect()
    }

    /// The clients whose access tokens the stack accepts: the web apps and one per account.
    pub(crate) fn client_ids(&self) -> String {
        let accounts = self.all.iter().map(|account| account.id.as_str());
        ["portal", "clinic"].into_iter().chain(accounts).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_accounts_are_the_five() {
        let accounts = Accounts::read().expect("readable");
        assert_eq!(accounts.client_ids(), "portal,clinic,patient-a,patient-b,clinician-a,clinician-b,admin");
        assert_eq!(accounts.patients().into_keys().collect::<Vec<_>>(), ["patient-a", "patient-b"]);
        let error = accounts.expect("nobody").expect_err("unknown").to_string();
        assert!(error.contains("clinician-b"), "{error}");
    }
}
