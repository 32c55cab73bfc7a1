//! The local OpenID provider: its process, and tokens of the demo accounts.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{
    stack::{
        accounts::Accounts,
        web::{App, Ports},
    },
    tool::{
        http,
        paths::{self, State},
        process::Service,
    },
};

/// The name of its process and its log.
pub(crate) const NAME: &str = "openid";

pub(crate) fn issuer(port: u16) -> String {
    format!("http://localhost:{port}")
}

pub(crate) fn is_healthy(port: u16) -> bool {
    http::is_healthy(&discovery(port))
}

fn discovery(port: u16) -> String {
    format!("{}/.well-known/openid-configuration", issuer(port))
}

/// How the provider is run, for pages at these ports; its keys stay in the stack's folder.
pub(crate) fn server(state: &State, port: u16, pages: Ports) -> Result<Command> {
    let mut command = Command::new("node");
    command
        .arg("main.js")
        .current_dir(paths::root().join("dev/openid"))
        .env("OPENID_PORT", port.to_string())
        .env("OPENID_STATE", state.made("openid")?)
        .env("PORTAL_ORIGIN", pages.origin(App::Portal))
        .env("CLINIC_ORIGIN", pages.origin(App::Clinic));
    Ok(command)
}

pub(crate) fn wait_until_healthy(state: &State, service: &Service) -> Result<()> {
    http::wait_until_healthy(state, service, &discovery(service.port))
}

/// An access token of a demo account. It lives an hour, or `lifetime` seconds.
pub(crate) fn token(issuer: &str, person: &str, lifetime: Option<u32>) -> Result<String> {
    let accounts = Accounts::read()?;
    let account = accounts.expect(person)?;
    let lifetime = lifetime.unwrap_or(3600).to_string();
    let answer = http::client().post(format!("{issuer}/token")).send_form([
        ("grant_type", "client_credentials"),
        ("client_id", &account.id),
        ("client_secret", &accounts.client_secret),
        ("lifetime", &lifetime),
    ]);
    let answer = http::json(&format!("a token of {person} from {issuer}"), answer)?;
    let token = answer["access_token"].as_str().context("the OpenID provider answered without a token")?;
    Ok(token.to_owned())
}
