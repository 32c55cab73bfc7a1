//! The tasklist of a pool.

pub mod list_tasks;
pub mod update_task;
pub mod view;
