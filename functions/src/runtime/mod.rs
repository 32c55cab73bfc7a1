//! What every function needs: configuration, AWS clients, routes, answers, and the loop that serves them.

pub mod aws;
pub mod deps;
pub mod failure_queue;
pub(crate) mod list;
pub mod page;
pub mod refusals;
pub mod route;
pub mod serve;
