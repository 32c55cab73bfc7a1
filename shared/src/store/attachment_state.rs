//! The state of an image, as the items of its attachment and of its message hold it.

use domain::attachment::{AttachmentRef, AttachmentState, DeclaredUpload, Image, MediaType, RejectionReason};
use domain::ids::AttachmentId;
use serde::{Deserialize, Serialize};

use super::{StoreError, schema};

/// A state, with one-letter names: a page of 50 entries must stay small.
#[derive(Serialize, Deserialize)]
pub(super) enum StateItem {
    #[serde(rename = "p")]
    Pending { t: MediaType, s: u64 },
    #[serde(rename = "r")]
    Ready(Image),
    #[serde(rename = "x")]
    Rejected(RejectionReason),
}

impl From<AttachmentState> for StateItem {
    fn from(state: AttachmentState) -> Self {
        match state {
            AttachmentState::Pending(DeclaredUpload { content_type, size }) => {
                Self::Pending { t: content_type, s: size }
            }
            AttachmentState::Ready(image) => Self::Ready(image),
            AttachmentState::Rejected(reason) => Self::Rejected(reason),
        }
    }
}

impl From<StateItem> for AttachmentState {
    fn from(item: StateItem) -> Self {
        match item {
            StateItem::Pending { t, s } => Self::Pending(DeclaredUpload { content_type: t, size: s }),
            StateItem::Ready(image) => Self::Ready(image),
            StateItem::Rejected(reason) => Self::Rejected(reason),
        }
    }
}

/// An attachment as its message's item holds it.
#[derive(Serialize, Deserialize)]
pub(super) struct AttachedItem {
    /// Its id, in its short form.
    i: String,
    #[serde(flatten)]
    state: StateItem,
}

impl From<&AttachmentRef> for AttachedItem {
    fn from(attached: &AttachmentRef) -> Self {
        Self { i: schema::short(attached.id.uuid()), state: attached.state.into() }
    }
}

impl TryFrom<AttachedItem> for AttachmentRef {
    type Error = StoreError;
    fn try_from(item: AttachedItem) -> Result<Self, StoreError> {
        let id =
            schema::from_short(&item.i).ok_or_else(|| StoreError::Corrupt("an attached image has no id".into()))?;
        Ok(Self { id: AttachmentId::new(id), state: item.state.into() })
    }
}
