//! The tasklist of a pool.

use crate::runtime::list::routes;

pub mod list_tasks;
pub mod update_task;
pub mod view;

routes!(tasks: list_tasks, update_task);
