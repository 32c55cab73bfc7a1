//! Images that go with messages: announcing, inspecting and showing them.

pub mod create_attachment;
pub mod get_attachment;
pub mod inspect_attachment;
pub mod view;
