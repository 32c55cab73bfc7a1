//! Logs: JSON lines on standard output, without protected health information.
//!
//! A panic's message may quote what it stumbled over, so only its place is logged.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Turns logging on, at `LOG_LEVEL` ("info" unless set; also by crate, as in "info,hyper=debug"), and logs where a
/// panic happened.
pub fn init() {
    #[expect(clippy::disallowed_methods, reason = "logging comes before the configuration, whose errors it shows")]
    let level = std::env::var("LOG_LEVEL").ok().filter(|level| !level.is_empty());
    let filter = level.and_then(|level| level.parse().ok());
    let filter: Targets = filter.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let line =
        fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false).with_target(false);
    tracing_subscriber::registry().with(line).with(filter).init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}
