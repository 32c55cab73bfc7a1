//! Ctrl-C, SIGTERM and SIGHUP: noticed at once, answered with a clean stop.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Somebody asked us to stop; not a failure.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("stopped")
    }
}

impl std::error::Error for Interrupted {}

/// From here on a signal no longer ends the process; functions that wait notice it.
pub(crate) fn listen() -> Result<()> {
    ctrlc::set_handler(ask).context("cannot listen to Ctrl-C")
}

/// Asks this process to stop what it does.
pub(crate) fn ask() {
    ASKED.store(true, Ordering::SeqCst);
}

/// Whether we were asked to stop.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Fails if we were asked to stop.
pub(crate) fn check() -> Result<()> {
    if asked() { Err(Interrupted.into()) } else { Ok(()) }
}

/// Waits a moment, or fails if we were asked to stop.
pub(crate) fn pause(duration: Duration) -> Result<()> {
    check()?;
    thread::sleep(duration);
    check()
}
