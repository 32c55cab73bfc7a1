//! How an item is changed: it is read, a pure rule decides, and the decision is stored if nobody else was faster.

use super::StoreError;
use super::table::{Part, Table, Transient, Written, lost};
use domain::audit::AuditEvent;

/// What a rule decides about an item that was read. It is asked again when someone else was faster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<T> {
    /// The new value, if it changes.
    pub change: Option<T>,
    /// The audit event, for staff: of the change or, without a change, of the reading.
    pub event: Option<AuditEvent>,
}

/// Why an item was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError<E> {
    /// There is no such item.
    #[error("it does not exist")]
    Missing,
    /// The rule refuses.
    #[error(transparent)]
    Rule(E),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<E> Transient for ChangeError<E> {
    fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            Self::Missing | Self::Rule(_) => false,
        }
    }
}

impl Table {
    /// Stores what was decided and its audit event, all or nothing. Busy where an item is not as it was read.
    pub(super) async fn store(&self, mut parts: Vec<Part>, event: Option<&AuditEvent>) -> Result<(), StoreError> {
        if parts.is_empty() {
            return self.record_event(event).await;
        }
        parts.extend(event.map(|event| self.event_part(event)).transpose()?);
        match self.write(parts).await? {
            Written::Stored => Ok(()),
            Written::Refused(_) => Err(lost()),
        }
    }

    /// One item alone costs half of what it does in a transaction.
    async fn write(&self, mut parts: Vec<Part>) -> Result<Written, StoreError> {
        match parts.pop() {
            Some(Part::Put(item, condition)) if parts.is_empty() => self.put(item, condition).await,
            last => {
                parts.extend(last);
                self.transact(parts).await
            }
        }
    }
}
