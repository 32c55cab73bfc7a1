//! `cargo xtask seed`: writes the demo's data to the developer's stack.

use anyhow::Result;

use crate::{
    stack::{running::Stack, seed},
    tool::paths::State,
};

/// Seeds the developer's stack.
pub(crate) fn run() -> Result<()> {
    let state = State::dev();
    seed::seed(&state, &Stack::read(&state)?)
}
