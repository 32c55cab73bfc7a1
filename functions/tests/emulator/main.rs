//! The handlers on a real table in the emulator that `TEST_AWS_ENDPOINT_URL` names: sample events, costs, the stream.
#![expect(
    clippy::unwrap_used,
    clippy::large_futures,
    clippy::print_stdout,
    reason = "these are tests, and costs are shown"
)]

mod attachments;
mod bucket;
mod costs;
mod meter;
mod notifications;
mod preferences;
mod samples;
mod search;
mod sns;
mod stream;
mod support;
