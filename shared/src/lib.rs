//! Portal Messaging's library, by subject. Dependencies point one way: everything may use [`domain`],
//! which uses nothing here.

pub mod domain;
pub mod store;
