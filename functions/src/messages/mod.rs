//! Messages of a conversation: reading and sending them.

pub mod list_messages;
pub mod response_view;
pub mod send_message;
pub mod view;
