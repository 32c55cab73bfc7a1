//! Notifications through SNS: topics and their subscriptions, and the texts that tell nothing but that there is news.

mod preferences;
mod texts;
mod topics;

pub use preferences::{Reachability, reachability, replace};
pub use texts::{Texts, TextsError};
pub use topics::{Published, Topics};

use crate::store::StoreError;
use domain::contact::ContactError;

/// What went wrong with a notification. Quotes neither addresses nor what SNS says of them.
#[derive(Debug, thiserror::Error)]
pub enum NotificationError {
    /// SNS throttles or is out of reach: it may go through later.
    #[error("SNS is busy: {0}")]
    Busy(String),
    /// SNS refuses the request itself: a missing permission, a request it can't take.
    #[error("SNS refused: {0}")]
    Refused(String),
    /// SNS does not take what someone wants to be told at.
    #[error("SNS does not take the address")]
    Address(ContactError),
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl NotificationError {
    /// Whether trying again later may help.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Busy(_) => true,
            Self::Store(error) => error.is_passing(),
            Self::Refused(_) | Self::Address(_) => false,
        }
    }
}
