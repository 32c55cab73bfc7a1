//! Images that go with messages: announcing, inspecting and showing them.

use crate::runtime::list::routes;

pub mod create_attachment;
pub mod get_attachment;
pub mod inspect_attachment;
pub mod view;

routes!(attachments: create_attachment, get_attachment);
