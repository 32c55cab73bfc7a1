//! Conversations: beginning, listing, closing and reopening them, and how far someone has read.

use crate::runtime::list::routes;

pub mod create_conversation;
pub mod get_conversation;
pub mod list_conversations;
pub mod mark_read;
pub mod mark_unread;
pub mod set_conversation_status;
pub mod view;

routes!(conversations: list_conversations, create_conversation, get_conversation, set_conversation_status, mark_read, mark_unread);
