//! What goes wrong in the store.

/// What went wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Others kept changing the same item, or the table is throttled or out of reach: it may go
    /// through later, and nothing was written now.
    #[error("the table is busy: {0}")]
    Busy(String),
    /// An item is not what this code wrote, and trying again will not help. Names no content.
    #[error("{0}")]
    Corrupt(String),
    /// The table refuses the request itself: a missing permission or table, a request it can't take.
    #[error("the table refused: {0}")]
    Refused(String),
}

impl StoreError {
    /// Whether trying again later may help.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}
