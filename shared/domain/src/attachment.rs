//! Attachments: images that belong to one conversation and one message, and that nobody sees before inspection.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::access::Denied;
use super::entry::Number;
use super::ids::{AttachmentId, ConversationId, PatientId};
use super::person::{Caller, Person};
use super::settings::AttachmentSettings;

/// The most attachments of one message.
pub const MAX_PER_MESSAGE: usize = 10;
/// How long an upload waits for a message to claim it, and a claimed one for its upload.
pub const UNCLAIMED_KEPT: Duration = Duration::from_hours(24);

/// An image's type.
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
    /// GIF, of which only the first frame is kept.
    #[serde(rename = "image/gif")]
    Gif,
}

impl MediaType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::Jpeg, Self::Png, Self::WebP, Self::Gif];

    /// Its name, as `Content-Type` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    /// Whether the settings take it.
    pub fn is_taken(self, settings: &AttachmentSettings) -> bool {
        settings.content_types.iter().any(|taken| taken.eq_ignore_ascii_case(self.as_str()))
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MediaType {
    type Err = Refused;
    fn from_str(text: &str) -> Result<Self, Refused> {
        Self::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(text)).ok_or(Refused::Unsupported)
    }
}

/// Why an upload is refused before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Larger than the settings allow.
    #[error("is larger than {0} bytes")]
    TooLarge(u64),
    /// No type that is taken.
    #[error("is of a type that is not taken")]
    Unsupported,
    /// HEIC or HEIF, which iPhones make unless they are told not to.
    #[error("is an HEIC image")]
    Heic,
}

/// What an upload is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// Its type.
    pub content_type: MediaType,
    /// Its length in bytes.
    pub size: u64,
}

impl Declared {
    /// Checks what a client says of an upload against the settings. The file's name only tells what a client
    /// without a type for it means.
    pub fn new(
        content_type: &str,
        size: u64,
        file_name: Option<&str>,
        settings: &AttachmentSettings,
    ) -> Result<Self, Refused> {
        let heic_name = || file_name.is_some_and(|name| [".heic", ".heif"].iter().any(|end| ends_with(name, end)));
        let heic_type = ["image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"]
            .iter()
            .any(|heic| heic.eq_ignore_ascii_case(content_type));
        let declared = content_type.parse::<MediaType>().ok().filter(|known| known.is_taken(settings));
        match declared {
            None if heic_type || heic_name() => Err(Refused::Heic),
            None => Err(Refused::Unsupported),
            Some(_) if size > settings.max_bytes => Err(Refused::TooLarge(settings.max_bytes)),
            Some(content_type) => Ok(Self { content_type, size }),
        }
    }
}

fn ends_with(name: &str, end: &str) -> bool {
    name.len().checked_sub(end.len()).and_then(|at| name.get(at..)).is_some_and(|last| last.eq_ignore_ascii_case(end))
}

/// Why an uploaded image is not shown. Each is a stable code that clients translate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
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

/// An inspected image, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Its type.
    #[serde(rename = "t")]
    pub content_type: MediaType,
    /// Its length in bytes.
    #[serde(rename = "s")]
    pub size: u64,
    /// Its width in pixels, upright.
    #[serde(rename = "w")]
    pub width: u32,
    /// Its height in pixels, upright.
    #[serde(rename = "h")]
    pub height: u32,
}

/// How far an attachment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not uploaded or not inspected yet.
    Pending(Declared),
    /// Inspected: it may be shown.
    Ready(Image),
    /// Inspected and refused; nothing of it is kept.
    Rejected(Reason),
}

impl State {
    /// The state as it is shown: what was to be uploaded at `since` and has not come within a day never will,
    /// because uploads are not kept longer.
    #[must_use]
    pub fn at(self, now: Timestamp, since: Timestamp) -> Self {
        match self {
            Self::Pending(_) if now >= expiry(since) => Self::Rejected(Reason::NotUploaded),
            state => state,
        }
    }
}

fn expiry(since: Timestamp) -> Timestamp {
    since.saturating_add(UNCLAIMED_KEPT).unwrap_or(Timestamp::MAX)
}

/// An attachment as its message holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attached {
    /// Its id.
    pub id: AttachmentId,
    /// How far it has come.
    pub state: State,
}

/// An attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// The one conversation that it belongs to.
    pub conversation_id: ConversationId,
    /// The patient whom the conversation is about.
    pub patient_id: PatientId,
    /// Who uploads it.
    pub created_by: Person,
    /// When it was announced.
    pub created_at: Timestamp,
    /// How far it has come.
    pub state: State,
    /// The number of the message that it stands in, once one claimed it.
    pub message: Option<Number>,
}

impl Attachment {
    /// When it goes unless a message claims it; never, once one did.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.message.is_none().then(|| expiry(self.created_at))
    }

    /// Whether a message may claim it: only who uploaded it may send it, only once and only while it is kept.
    pub fn may_be_sent_by(&self, person: &Person, now: Timestamp) -> bool {
        let kept = self.expires_at().is_some_and(|expires| now < expires);
        kept && self.created_by.user_id == person.user_id
    }

    /// Lets the conversation's participants pass once a message holds it, and before that only who uploaded it.
    pub fn visible_to(self, caller: &Caller) -> Result<Self, Denied> {
        let person = caller.may_reach(self.patient_id)?;
        if self.message.is_some() || self.created_by.user_id == person.user_id {
            Ok(self)
        } else {
            Err(Denied::NotFound)
        }
    }

    /// The attachment as its message holds it.
    pub const fn attached(&self) -> Attached {
        Attached { id: self.id, state: self.state }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::conversation::tests::{ana, at, clara, empty, patient_caller};
    use crate::settings::Settings;

    fn pending() -> Attachment {
        let head = empty();
        Attachment {
            id: AttachmentId::new(Uuid::from_u128(9)),
            conversation_id: head.id,
            patient_id: head.patient_id,
            created_by: ana(),
            created_at: at(0),
            state: State::Pending(Declared { content_type: MediaType::Jpeg, size: 4 }),
            message: None,
        }
    }

    #[test]
    fn the_settings_decide_what_may_be_uploaded() {
        let mut settings = Settings::default().attachments;
        let declare = |content_type: &str, size, name: Option<&str>, settings: &AttachmentSettings| {
            Declared::new(content_type, size, name, settings)
        };
        let jpeg = Declared { content_type: MediaType::Jpeg, size: 10_485_760 };
        assert_eq!(declare("Image/JPEG", 10_485_760, Some("IMG.JPG"), &settings), Ok(jpeg));
        assert_eq!(declare("image/jpeg", 10_485_761, None, &settings), Err(Refused::TooLarge(10_485_760)));
        for svg in ["image/svg+xml", "", "image/jpeg; q=1", "application/pdf"] {
            assert_eq!(declare(svg, 4, Some("é"), &settings), Err(Refused::Unsupported), "{svg}");
        }
        assert_eq!(declare("image/heic", 4, None, &settings), Err(Refused::Heic));
        assert_eq!(declare("", 4, Some("IMG_0042.HEIC"), &settings), Err(Refused::Heic));
        settings.content_types = vec!["image/png".into()];
        assert_eq!(declare("image/jpeg", 4, None, &settings), Err(Refused::Unsupported));
    }

    #[test]
    fn it_is_claimed_once_by_who_uploaded_it_and_within_a_day() {
        let attachment = pending();
        let claimed = Attachment { message: Some(7), ..attachment.clone() };
        assert_eq!(claimed.expires_at(), None);
        assert!(!claimed.may_be_sent_by(&ana(), at(11)), "only once");
        assert!(!attachment.may_be_sent_by(&clara(), at(10)), "only by who uploaded it");
        assert!(attachment.may_be_sent_by(&ana(), at(86_399)));
        assert!(!attachment.may_be_sent_by(&ana(), at(86_400)), "only while it is kept");
    }

    #[test]
    fn it_is_seen_by_others_with_its_message() {
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
    fn what_never_came_is_not_waited_for_for_ever() {
        let State::Pending(_) = pending().state.at(at(86_399), at(0)) else { panic!("it may still come") };
        assert_eq!(pending().state.at(at(86_400), at(0)), State::Rejected(Reason::NotUploaded));
        assert_eq!(State::Rejected(Reason::Damaged).at(at(86_400), at(0)), State::Rejected(Reason::Damaged));
    }
}
