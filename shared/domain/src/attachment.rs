//! Attachments: images in messages. Each belongs to one conversation and is shown only after inspection.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::access::Denied;
use crate::ids::{AttachmentId, ConversationId, EntryNumber, PatientId};
use crate::person::{Caller, Person};
use crate::settings::AttachmentSettings;
use crate::time::Timestamp;

/// The maximum number of attachments in one message.
pub const MAX_PER_MESSAGE: usize = 10;
/// How long an attachment is kept without a message, and how long a client may take to upload one.
pub const UNCLAIMED_RETENTION: Duration = Duration::from_hours(24);

/// The media type of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MediaType {
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// WebP.
    #[serde(rename = "image/webp")]
    WebP,
    /// GIF; only the first frame is stored.
    #[serde(rename = "image/gif")]
    Gif,
}

impl MediaType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::Jpeg, Self::Png, Self::WebP, Self::Gif];

    /// The type as in a `Content-Type` header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    /// Whether the settings allow uploads of this type.
    pub fn is_allowed(self, settings: &AttachmentSettings) -> bool {
        settings.content_types.iter().any(|allowed| allowed.eq_ignore_ascii_case(self.as_str()))
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MediaType {
    type Err = UploadRejected;
    fn from_str(text: &str) -> Result<Self, UploadRejected> {
        Self::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(text)).ok_or(UploadRejected::Unsupported)
    }
}

/// Why an upload is rejected before it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UploadRejected {
    /// Larger than the settings allow.
    #[error("is larger than {0} bytes")]
    TooLarge(u64),
    /// Not an allowed media type.
    #[error("is of a type that is not taken")]
    Unsupported,
    /// HEIC or HEIF, the default format of iPhone cameras.
    #[error("is an HEIC image")]
    Heic,
}

/// What the client declares about a file before it uploads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeclaredUpload {
    /// The media type.
    pub content_type: MediaType,
    /// The size in bytes.
    pub size: u64,
}

impl DeclaredUpload {
    /// Validates a declared upload against the settings. The file name is used only to recognize HEIC files for which
    /// the browser knows no type.
    pub fn new(
        content_type: &str,
        size: u64,
        file_name: Option<&str>,
        settings: &AttachmentSettings,
    ) -> Result<Self, UploadRejected> {
        let heic_name = || file_name.is_some_and(|name| [".heic", ".heif"].iter().any(|end| ends_with(name, end)));
        let heic_type = ["image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"]
            .iter()
            .any(|heic| heic.eq_ignore_ascii_case(content_type));
        let declared = content_type.parse::<MediaType>().ok().filter(|known| known.is_allowed(settings));
        match declared {
            None if heic_type || heic_name() => Err(UploadRejected::Heic),
            None => Err(UploadRejected::Unsupported),
            Some(_) if size > settings.max_bytes => Err(UploadRejected::TooLarge(settings.max_bytes)),
            Some(content_type) => Ok(Self { content_type, size }),
        }
    }
}

fn ends_with(name: &str, end: &str) -> bool {
    name.len().checked_sub(end.len()).and_then(|at| name.get(at..)).is_some_and(|last| last.eq_ignore_ascii_case(end))
}

/// Why an attachment was rejected. Each is a stable code that clients translate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectionReason {
    /// The file is empty.
    Empty,
    /// The file is larger than declared.
    TooLarge,
    /// The file is not an image, whatever type was declared.
    NotAnImage,
    /// The file is an image of a type that is not allowed.
    UnsupportedType,
    /// The image can't be decoded completely.
    Damaged,
    /// The image has too many pixels to decode.
    TooManyPixels,
    /// The file was not uploaded in time.
    NotUploaded,
}

/// An image that passed inspection, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The media type.
    #[serde(rename = "t")]
    pub content_type: MediaType,
    /// The size in bytes.
    #[serde(rename = "s")]
    pub size: u64,
    /// The width in pixels, after rotation to upright.
    #[serde(rename = "w")]
    pub width: u32,
    /// The height in pixels, after rotation to upright.
    #[serde(rename = "h")]
    pub height: u32,
}

/// The state of an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachmentState {
    /// Not uploaded or not inspected yet.
    Pending(DeclaredUpload),
    /// Passed inspection; it may be shown.
    Ready(Image),
    /// Failed inspection; the file is deleted.
    Rejected(RejectionReason),
}

impl AttachmentState {
    /// The state at `now` of an attachment created at `since`: pending becomes rejected after 24 hours, because the
    /// upload is no longer accepted.
    #[must_use]
    pub fn at(self, now: Timestamp, since: Timestamp) -> Self {
        match self {
            Self::Pending(_) if now >= expiry(since) => Self::Rejected(RejectionReason::NotUploaded),
            state => state,
        }
    }
}

fn expiry(since: Timestamp) -> Timestamp {
    since.saturating_add(UNCLAIMED_RETENTION).unwrap_or(Timestamp::MAX)
}

/// An attachment as listed in its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachmentRef {
    /// Its id.
    pub id: AttachmentId,
    /// Its state.
    pub state: AttachmentState,
}

/// An attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// The conversation it belongs to.
    pub conversation_id: ConversationId,
    /// The patient the conversation is about.
    pub patient_id: PatientId,
    /// Who uploads it.
    pub created_by: Person,
    /// When it was created; the upload follows.
    pub created_at: Timestamp,
    /// Its state.
    pub state: AttachmentState,
    /// The number of the message that contains it, once sent.
    pub message: Option<EntryNumber>,
}

impl Attachment {
    /// When it is deleted; never, once it is part of a message.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.message.is_none().then(|| expiry(self.created_at))
    }

    /// Whether `person` may send it in a message: only the uploader, only once, and only before it expires.
    pub fn may_be_sent_by(&self, person: &Person, now: Timestamp) -> bool {
        let is_unclaimed = self.expires_at().is_some_and(|expires| now < expires);
        is_unclaimed && self.created_by.user_id == person.user_id
    }

    /// Allows only the uploader before it is sent, then all participants of the conversation.
    pub fn visible_to(self, caller: &Caller) -> Result<Self, Denied> {
        let person = caller.may_access(self.patient_id)?;
        if self.message.is_some() || self.created_by.user_id == person.user_id {
            Ok(self)
        } else {
            Err(Denied::NotFound)
        }
    }

    /// The attachment as listed in its message.
    pub const fn attached(&self) -> AttachmentRef {
        AttachmentRef { id: self.id, state: self.state }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::samples::{ana, at, clara, empty, patient_caller};
    use crate::settings::Settings;

    fn pending() -> Attachment {
        let head = empty();
        Attachment {
            id: AttachmentId::new(Uuid::from_u128(9)),
            conversation_id: head.id,
            patient_id: head.patient_id,
            created_by: ana(),
            created_at: at(0),
            state: AttachmentState::Pending(DeclaredUpload { content_type: MediaType::Jpeg, size: 4 }),
            message: None,
        }
    }

    #[test]
    fn declared_uploads_are_validated_against_the_settings() {
        let mut settings = Settings::default().attachments;
        let declare = |content_type: &str, size, name: Option<&str>, settings: &AttachmentSettings| {
            DeclaredUpload::new(content_type, size, name, settings)
        };
        let jpeg = DeclaredUpload { content_type: MediaType::Jpeg, size: 10_485_760 };
        assert_eq!(declare("Image/JPEG", 10_485_760, Some("IMG.JPG"), &settings), Ok(jpeg));
        assert_eq!(declare("image/jpeg", 10_485_761, None, &settings), Err(UploadRejected::TooLarge(10_485_760)));
        for svg in ["image/svg+xml", "", "image/jpeg; q=1", "application/pdf"] {
            assert_eq!(declare(svg, 4, Some("é"), &settings), Err(UploadRejected::Unsupported), "{svg}");
        }
        assert_eq!(declare("image/heic", 4, None, &settings), Err(UploadRejected::Heic));
        assert_eq!(declare("", 4, Some("IMG_0042.HEIC"), &settings), Err(UploadRejected::Heic));
        settings.content_types = vec!["image/png".into()];
        assert_eq!(declare("image/jpeg", 4, None, &settings), Err(UploadRejected::Unsupported));
    }

    #[test]
    fn only_the_uploader_may_send_it_once_and_within_a_day() {
        let attachment = pending();
        let claimed = Attachment { message: Some(7), ..attachment.clone() };
        assert_eq!(claimed.expires_at(), None);
        assert!(!claimed.may_be_sent_by(&ana(), at(11)), "only once");
        assert!(!attachment.may_be_sent_by(&clara(), at(10)), "only by the uploader");
        assert!(attachment.may_be_sent_by(&ana(), at(86_399)));
        assert!(!attachment.may_be_sent_by(&ana(), at(86_400)), "only before it expires");
    }

    #[test]
    fn others_see_it_once_it_is_sent() {
        let attachment = pending();
        let clara_calls = Caller::Clinician(clara());
        assert!(attachment.clone().visible_to(&patient_caller(attachment.patient_id)).is_ok());
        assert_eq!(attachment.clone().visible_to(&clara_calls), Err(Denied::NotFound));
        let stranger = patient_caller(PatientId::new(Uuid::from_u128(77)));
        assert_eq!(attachment.clone().visible_to(&stranger), Err(Denied::NotFound));
        assert!(Attachment { message: Some(1), ..attachment.clone() }.visible_to(&clara_calls).is_ok());
        assert_eq!(attachment.visible_to(&Caller::Admin(clara())), Err(Denied::Forbidden));
    }

    #[test]
    fn pending_uploads_are_rejected_after_a_day() {
        let AttachmentState::Pending(_) = pending().state.at(at(86_399), at(0)) else {
            panic!("it may still be uploaded")
        };
        assert_eq!(pending().state.at(at(86_400), at(0)), AttachmentState::Rejected(RejectionReason::NotUploaded));
        assert_eq!(
            AttachmentState::Rejected(RejectionReason::Damaged).at(at(86_400), at(0)),
            AttachmentState::Rejected(RejectionReason::Damaged)
        );
    }
}
