//! What clients see of attachments, in a message and by themselves.

use domain::attachment::{AttachmentRef, AttachmentState, DeclaredUpload, Image, RejectionReason};
use domain::ids::AttachmentId;
use jiff::Timestamp;
use serde::Serialize;
use shared::api_enum;
use shared::attachments::{SignedDownloads, SignedUpload};
use utoipa::ToSchema;
use uuid::Uuid;

api_enum! {
    /// Why an uploaded image is not shown. Each is a stable code that clients translate.
    #[serde(rename_all = "kebab-case")]
    #[schema(as = Reason)]
    pub enum ReasonView of RejectionReason {
        /// It has no bytes.
        Empty,
        /// It has more bytes than were announced.
        TooLarge,
        /// It is no image, whatever it was called.
        NotAnImage,
        /// It is an image, but of a type that is not taken.
        UnsupportedType,
        /// It can't be decoded to its end.
        Damaged,
        /// It has more pixels than are decoded.
        TooManyPixels,
        /// It was never uploaded.
        NotUploaded,
    }
}

/// How far an attachment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AttachmentStatus {
    /// Not uploaded or not inspected yet: ask again in a second.
    Pending,
    /// It can be shown.
    Ready,
    /// It can't be shown, and nothing of it is kept.
    Rejected,
}

/// An attachment, as its message and its own route show it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Attachment)]
pub struct AttachmentView {
    /// Its id.
    pub id: Uuid,
    /// How far it has come.
    pub status: AttachmentStatus,
    /// Why it is rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonView>,
    /// Its type: as announced while it is pending, then as it is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "image/jpeg")]
    pub content_type: Option<&'static str>,
    /// Its length in bytes: as announced while it is pending, then as it is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Its width in pixels, once it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Its height in pixels, once it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Where the image is for a few minutes; on the attachment's own route, once it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where its thumbnail is for a few minutes: a JPEG of at most 320 pixels and 50 KB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
}

impl AttachmentView {
    /// An attachment of a message or upload of `since`, as it is seen now.
    pub fn of(attached: AttachmentRef, since: Timestamp, now: Timestamp) -> Self {
        let base = Self {
            id: attached.id.uuid(),
            status: AttachmentStatus::Pending,
            reason: None,
            content_type: None,
            size: None,
            width: None,
            height: None,
            url: None,
            thumbnail_url: None,
        };
        match attached.state.at(now, since) {
            AttachmentState::Pending(DeclaredUpload { content_type, size }) => {
                Self { content_type: Some(content_type.as_str()), size: Some(size), ..base }
            }
            AttachmentState::Ready(Image { content_type, size, width, height }) => Self {
                status: AttachmentStatus::Ready,
                content_type: Some(content_type.as_str()),
                size: Some(size),
                width: Some(width),
                height: Some(height),
                ..base
            },
            AttachmentState::Rejected(reason) => {
                Self { status: AttachmentStatus::Rejected, reason: Some(reason.into()), ..base }
            }
        }
    }

    /// The same with where it is.
    #[must_use]
    pub fn at(self, downloads: SignedDownloads) -> Self {
        Self { url: Some(downloads.image), thumbnail_url: Some(downloads.thumbnail), ..self }
    }
}

/// An attachment that was announced, and where to upload it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnnouncedAttachment)]
pub struct AnnouncedView {
    /// Its id, for `attachmentIds` of a message.
    pub id: Uuid,
    /// Where and how to upload it.
    pub upload: UploadView,
}

/// Where and how an attachment is uploaded.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Upload)]
pub struct UploadView {
    /// The HTTP method.
    #[schema(example = "PUT")]
    pub method: String,
    /// The address. It takes exactly what was announced.
    pub url: String,
    /// The headers to send.
    #[schema(example = json!({"content-type": "image/jpeg"}))]
    pub headers: std::collections::BTreeMap<String, String>,
    /// When the address stops to hold.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

impl AnnouncedView {
    /// An announced attachment and where to upload it.
    pub fn of(id: AttachmentId, upload: SignedUpload) -> Self {
        let SignedUpload { method, url, headers, expires_at } = upload;
        Self { id: id.uuid(), upload: UploadView { method, url, headers, expires_at } }
    }
}
