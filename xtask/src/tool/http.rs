//! A small HTTP client for the loopback address.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use ureq::Agent;

use crate::tool::{
    interrupt,
    paths::{self, State},
    process::Service,
};

const PATIENCE: Duration = Duration::from_mins(1);

/// A client that answers with any status, so that the caller can say what went wrong.
pub(crate) fn client() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .proxy(None)
        .build()
        .into()
}

/// Waits until a service answers with 200; fails with the reason if it ends or takes too long.
pub(crate) fn wait_until_healthy(state: &State, service: &Service, url: &str) -> Result<()> {
    let since = Instant::now();
    while !is_healthy(url) {
        interrupt::check()?;
        if !service.alive() {
            bail!(service.unexpected_end(state));
        }
        if since.elapsed() > PATIENCE {
            bail!(
                "{} does not answer at {url} after {} s; its log is {}",
                service.name,
                PATIENCE.as_secs(),
                log(state, service)
            );
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Whether a GET is answered with 200.
pub(crate) fn is_healthy(url: &str) -> bool {
    client().get(url).call().is_ok_and(|answer| answer.status() == 200)
}

fn log(state: &State, service: &Service) -> String {
    state.log(&service.name).map_or_else(|_| "missing".to_owned(), |path| paths::shown(&path))
}

/// The JSON of a good answer, or an error that shows the bad one.
pub(crate) fn json(what: &str, answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value> {
    let mut answer = answer.with_context(|| format!("{what}: no answer"))?;
    let status = answer.status();
    let body = answer.body_mut().read_to_string().with_context(|| format!("{what}: the answer broke off"))?;
    if !status.is_success() {
        bail!("{what}: {status}\n{body}");
    }
    serde_json::from_str(&body).with_context(|| format!("{what}: the answer is no JSON:\n{body}"))
}
