//! The Lambda functions: a module per route and per trigger, each read as a table of contents, grouped by subject.
//!
//! A binary is one line that runs its module. Code is generated once, here; binaries only link. What all functions need
//! is in [`runtime`], which knows none of them; [`routes`] lists them.

pub mod runtime;

pub mod attachments;
pub mod configuration;
pub mod conversations;
pub mod encounters;
pub mod messages;
pub mod patients;
pub mod people;
pub mod stream;
pub mod system;
pub mod tasks;

pub mod generated;
pub mod inventory;
pub mod routes;
