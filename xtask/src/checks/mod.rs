//! What `cargo xtask test` checks beside the tests.

pub(crate) mod circles;
pub(crate) mod lint;
pub(crate) mod policies;
mod python;
pub(crate) mod schemathesis;
pub(crate) mod suites;
pub(crate) mod targets;
