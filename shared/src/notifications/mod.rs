//! Notifications through SNS: topics, subscriptions, and texts that never contain personal data.

mod error;
mod preferences;
mod texts;
mod topics;

pub use error::NotificationError;
pub use preferences::{Reachability, Subscriptions};
pub use texts::{Texts, TextsError};
pub use topics::{Published, Topics};
