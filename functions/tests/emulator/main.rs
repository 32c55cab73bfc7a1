//! The handlers on a real table in the emulator that `TEST_AWS_ENDPOINT_URL` names: sample events, costs, the stream.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod costs;
mod issuer;
mod meter;
mod samples;
mod stream;
mod support;
