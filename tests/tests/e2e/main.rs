//! The deployed stack, end to end over real HTTP; run by `cargo xtask test e2e`.

mod access;
mod access_log;
mod bad_input;
mod bad_queries;
mod bad_values;
mod configuration;
mod contention;
mod exactly_once;
mod filters;
mod idempotency;
mod identity;
mod images;
mod lists;
mod messages;
mod notifications;
mod orders;
mod patients;
mod poison;
mod reading;
mod recovery;
mod roles;
mod search;
mod story;
mod tasks;
