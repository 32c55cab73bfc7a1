//! Portal Messaging's library, by subject. Dependencies point one way: everything may use `domain`, a crate of its own,
//! which uses nothing here; [`http`] is the edge and knows the others.

pub mod attachments;
pub mod config;
pub mod http;
pub mod identity;
pub mod later;
pub mod notifications;
pub mod store;
pub mod telemetry;
