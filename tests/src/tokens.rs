//! Access tokens of the stack's issuer, for the demo accounts and for others.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use crate::deployment::Deployment;
use crate::repository;

/// The demo accounts' tokens. They live an hour, which is longer than the suites take.
static KNOWN: Mutex<Option<HashMap<String, String>>> = Mutex::new(None);

/// What `dev/openid/accounts.json` says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Accounts {
    client_secret: String,
}

/// The token of a demo account.
pub async fn of(stack: &Deployment, account: &str) -> String {
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(token) = known().as_ref().and_then(|known| known.get(account)) {
        return token.clone();
    }
    let token = issued(stack, account, &[]).await;
    known().get_or_insert_default().insert(account.to_owned(), token.clone());
    token
}

/// A new token of a client, asked for with more parameters, such as `lifetime` or `resource`.
pub async fn issued(stack: &Deployment, client: &str, parameters: &[(&str, &str)]) -> String {
    let accounts: Accounts = repository::json("dev/openid/accounts.json");
    let own = [("grant_type", "client_credentials"), ("client_id", client), ("client_secret", &accounts.client_secret)];
    let form: Vec<String> = own.iter().chain(parameters).map(|(name, value)| format!("{name}={value}")).collect();
    let url = format!("{}/token", stack.description().issuer);
    let request =
        stack.http().post(&url).header("content-type", "application/x-www-form-urlencoded").body(form.join("&"));
    let answer = request.send().await.unwrap_or_else(|error| panic!("{url} does not answer: {error}"));
    let text = answer.text().await.expect("a readable answer");
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    answer["access_token"].as_str().unwrap_or_else(|| panic!("{url} gave {client} no token: {text}")).to_owned()
}
