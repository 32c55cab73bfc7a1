//! The error of SNS requests, and of syncing subscriptions with the table.

use crate::store::StoreError;
use domain::contact::ContactError;

/// A failed SNS request. Contains no addresses and no messages from SNS, which may quote them.
#[derive(Debug, thiserror::Error)]
pub enum NotificationError {
    /// A transient failure, such as throttling: a retry may succeed.
    #[error("SNS is busy: {0}")]
    Busy(String),
    /// SNS rejected the request, for example for a missing permission.
    #[error("SNS refused: {0}")]
    Refused(String),
    /// SNS rejected an email address or mobile number.
    #[error("SNS rejected the address")]
    Address(ContactError),
    /// A failed `DynamoDB` request.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl NotificationError {
    /// Whether a retry may succeed.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Busy(_) => true,
            Self::Store(error) => error.is_transient(),
            Self::Refused(_) | Self::Address(_) => false,
        }
    }
}
