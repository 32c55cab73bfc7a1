//! The table against the emulator that `TEST_AWS_ENDPOINT_URL` names: one table per test.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod access_log;
mod chart_items;
mod configuration;
mod conversations;
mod lists;
mod locks;
mod messages;
mod recovery;
mod search;
mod support;
mod tasks;
