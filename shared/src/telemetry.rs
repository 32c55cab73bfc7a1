//! Logging: JSON lines on standard output, without protected health information.
//!
//! A panic's message may quote data, so only its location is logged.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging at `LOG_LEVEL` (default "info"; also per crate, as in "info,hyper=debug"), and logs the location of
/// panics.
pub fn init() {
    #[expect(clippy::disallowed_methods, reason = "logging starts before the configuration is read, to log its errors")]
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
