//! What `cargo xtask test` checks beside the tests.

pub(crate) mod lint;
pub(crate) mod policies;
pub(crate) mod schemathesis;
