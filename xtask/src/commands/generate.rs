//! `cargo xtask generate`: writes the committed files that follow from the lists of functions and the API's types.

use anyhow::Result;

use crate::tool::{exec, tools};

/// `cargo xtask generate`.
pub(crate) fn run() -> Result<()> {
    let mut generate = exec::cargo(["run", "--quiet", "--package", "functions", "--example", "generate", "--locked"]);
    exec::shown("Binaries, openapi.json, infra/generated and the router of cargo lambda watch", &mut generate)?;
    tools::install_node_package("web")?;
    exec::shown("web/src/api/generated", &mut exec::npm("web", ["run", "--silent", "types"]))
}
