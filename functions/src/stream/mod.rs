//! The consumers of the table's stream.

pub mod batch;
pub mod notify;
pub mod project_changes;
