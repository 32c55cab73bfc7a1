//! The functions' names and routes, as `cargo xtask generate` lists them for the stack.

use anyhow::{Context as _, Result};
use serde::Deserialize;

const LIST: &str = include_str!("../../infra/generated/functions.json");

/// All functions.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Functions {
    routes: Vec<Route>,
    stream_consumers: Vec<Function>,
    triggers: Vec<Function>,
}

/// A function that serves a route.
#[derive(Debug, Deserialize)]
pub(crate) struct Route {
    name: String,
    pub(crate) method: String,
    /// With its parameters in braces.
    pub(crate) path: String,
}

#[derive(Debug, Deserialize)]
struct Function {
    name: String,
}

impl Functions {
    pub(crate) fn read() -> Result<Self> {
        serde_json::from_str(LIST).context("infra/generated/functions.json")
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let others = self.stream_consumers.iter().chain(&self.triggers);
        self.routes.iter().map(|route| &*route.name).chain(others.map(|function| &*function.name))
    }

    pub(crate) fn route(&self, function: &str) -> Result<&Route> {
        let route = self.routes.iter().find(|route| route.name == function);
        route.with_context(|| format!("the function {function} has no route"))
    }
}
