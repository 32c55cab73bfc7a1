//! Logs: JSON lines on standard output, without protected health information.
//!
//! A panic's message may quote what it stumbled over, so only its place is logged.

use tracing_subscriber::EnvFilter;

/// Turns logging on, at `LOG_LEVEL` ("info" unless set), and logs where a panic happened.
pub fn init() {
    let filter = EnvFilter::builder().with_env_var("LOG_LEVEL").from_env_lossy();
    let filter = if filter.to_string().is_empty() { EnvFilter::new("info") } else { filter };
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_env_filter(filter)
        .init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}
