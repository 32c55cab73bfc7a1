//! Messages of a conversation: reading and sending them.

use crate::runtime::list::routes;

pub mod list_messages;
pub mod response_view;
pub mod send_message;
pub mod view;

routes!(messages: list_messages, send_message);
