//! Who is signed in, and how they are notified.

use crate::runtime::list::routes;

pub mod add_claims;
pub mod contact_view;
pub mod get_me;
pub mod get_notifications;
pub mod put_notifications;

routes!(people: get_me, get_notifications, put_notifications);
