//! The library of Portal Messaging, by subject: AWS services, HTTP, authentication and configuration.
//!
//! Dependencies point one way: every module may use the crate `domain`; [`http`] converts the errors of the others.

pub mod attachments;
pub mod config;
pub mod http;
pub mod identity;
pub mod lazy;
pub mod notifications;
pub mod store;
pub mod telemetry;
