//! Errors, and the problem documents (RFC 9457) that clients get for them, with a stable `code`.
//!
//! Inner layers return errors of their own, which know no HTTP. This module converts them to [`ApiError`], and the
//! runtime turns that into a response. The cause of a 5xx is only logged, in one line. Neither documents nor logs
//! quote values from the request: they may be protected health information.

use lambda_http::http::{StatusCode, header};
use lambda_http::{Body, Response};
use serde::Serialize;

use crate::attachments::BucketError;
use crate::identity::IdentityError;
use crate::notifications::NotificationError;
use crate::store::{ChangeError, StoreError};
use domain::access::Denied;
use domain::attachment;
use domain::catalogue::CatalogueError;
use domain::chart_item::{CannotAdd, MAX_PER_KIND};
use domain::contact::ContactError;
use domain::conversation::Closed;
use domain::fault::{Fault, Field, Step};

use super::response::{self, PersonView};

/// The media type of problem documents.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A problem document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// A URI that names the kind of problem; its last part is the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:portal-messaging:problem:conversation-closed")]
    pub kind: String,
    /// The kind of problem, for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The kind of problem, for programs; never changes.
    #[schema(example = "conversation-closed")]
    pub code: &'static str,
    /// What happened here, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldProblem>,
    /// Who closed the conversation, for `conversation-closed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<PersonView>,
    /// When the conversation was closed, for `conversation-closed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<jiff::Timestamp>,
}

/// A field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldProblem {
    /// Where it is in the body (RFC 6901), or `?name` for a query parameter and `{name}` for a part of the path.
    #[schema(example = "/text")]
    pub pointer: String,
    /// What is wrong with it.
    #[schema(example = "is longer than 10000 characters")]
    pub detail: String,
    /// The question at fault, in a questionnaire's answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_id: Option<String>,
}

impl FieldProblem {
    /// A field and what is wrong with it.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into(), link_id: None }
    }
}

/// The error of a handler.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// 400: the request can't be parsed.
    #[error("the request can't be read")]
    Malformed(FieldProblem),
    /// 400: the page cursor is forged, or belongs to another caller or query.
    #[error("the cursor is not valid here")]
    InvalidCursor,
    /// 401: there is no valid token.
    #[error("{0}")]
    Unauthorized(&'static str),
    /// 403: the caller's role does not allow this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// 404: it does not exist, or the caller may not know that it does.
    #[error("not found")]
    NotFound,
    /// 405: the path has other methods, listed in the `Allow` header.
    #[error("method not allowed")]
    MethodNotAllowed(String),
    /// 409: the conversation is closed.
    #[error(transparent)]
    ConversationClosed(#[from] Closed),
    /// 409: the task is completed.
    #[error(transparent)]
    TaskCompleted(#[from] domain::task::AlreadyCompleted),
    /// 409: the encounter is finished.
    #[error("the encounter is finished")]
    EncounterFinished,
    /// 409: the encounter has the maximum number of orders or documents.
    #[error("the encounter is full")]
    EncounterFull,
    /// 409: patients would have no questionnaire left.
    #[error("no other questionnaire is active")]
    LastActiveQuestionnaire,
    /// 409: the change is based on an outdated version of the questionnaire.
    #[error("the questionnaire was changed meanwhile")]
    QuestionnaireChanged,
    /// 413: the body is too large.
    #[error("the body is too large")]
    TooLarge,
    /// 413, 415: the attachment is too large or of a type that is not allowed.
    #[error(transparent)]
    Attachment(#[from] attachment::UploadRejected),
    /// 422: a value is invalid.
    #[error("a value is not accepted")]
    Invalid(FieldProblem),
    /// 422: the message id was used for another message.
    #[error("the message id is used for another message")]
    MessageIdReused,
    /// 422: the id was used for something else.
    #[error("the id is used for something else")]
    IdReused,
    /// 422: the idempotency key was used for another request.
    #[error("the idempotency key is used for another request")]
    IdempotencyKeyReused,
    /// 503: a temporary failure; nothing was stored. The text is for the log.
    #[error("{0}")]
    Busy(String),
    /// 500: a bug or misconfiguration. The text is for the log.
    #[error("{0}")]
    Internal(String),
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotFound => Self::NotFound,
            Denied::Forbidden => Self::Forbidden("Your role does not allow this."),
        }
    }
}

impl From<IdentityError> for ApiError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::NoToken => Self::Unauthorized("a bearer token is required"),
            IdentityError::Invalid(reason) => Self::Unauthorized(reason),
            IdentityError::NoRole(reason) => Self::Forbidden(reason),
            IdentityError::Keys(error) => Self::Busy(error.to_string()),
        }
    }
}

impl From<NotificationError> for ApiError {
    fn from(error: NotificationError) -> Self {
        match error {
            NotificationError::Store(error) => error.into(),
            NotificationError::Busy(reason) => Self::Busy(reason),
            NotificationError::Address(error) => Self::contact(error),
            NotificationError::Refused(_) => Self::Internal(error.to_string()),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy(reason) => Self::Busy(reason),
            StoreError::Corrupt(reason) | StoreError::Refused(reason) => Self::Internal(reason),
        }
    }
}

impl From<BucketError> for ApiError {
    fn from(error: BucketError) -> Self {
        match error {
            BucketError::Busy(reason) => Self::Busy(reason),
            BucketError::Refused(reason) => Self::Internal(reason),
        }
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        Self::Invalid(FieldProblem::new(pointer(&fault.field), fault.detail))
    }
}

/// The JSON pointer (RFC 6901) of a domain field: the API uses the same names in camel case.
fn pointer(field: &Field) -> String {
    let mut pointer = String::new();
    for step in field.steps() {
        pointer.push('/');
        match step {
            Step::Index(index) => pointer.push_str(&index.to_string()),
            Step::Name(name) => {
                let mut words = name.split('_');
                pointer.push_str(words.next().unwrap_or_default());
                for word in words {
                    let mut letters = word.chars();
                    pointer.extend(letters.next().map(|first| first.to_ascii_uppercase()));
                    pointer.push_str(letters.as_str());
                }
            }
        }
    }
    pointer
}

impl From<CannotAdd> for ApiError {
    fn from(error: CannotAdd) -> Self {
        match error {
            CannotAdd::Finished => Self::EncounterFinished,
            CannotAdd::Full => Self::EncounterFull,
        }
    }
}

impl From<CatalogueError> for ApiError {
    fn from(error: CatalogueError) -> Self {
        match error {
            CatalogueError::LastActive => Self::LastActiveQuestionnaire,
            CatalogueError::Changed => Self::QuestionnaireChanged,
            CatalogueError::Missing => Self::NotFound,
        }
    }
}

impl From<ChangeError<Self>> for ApiError {
    fn from(error: ChangeError<Self>) -> Self {
        match error {
            ChangeError::Missing => Self::NotFound,
            ChangeError::Rule(error) => error,
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl ApiError {
    /// The error for an invalid value.
    pub fn invalid(pointer: impl Into<String>, detail: impl std::fmt::Display) -> Self {
        Self::Invalid(FieldProblem::new(pointer, detail.to_string()))
    }

    /// The error for an invalid contact preference.
    pub fn contact(error: ContactError) -> Self {
        let pointer = match error {
            ContactError::Email => "/email",
            ContactError::MobileNumber => "/sms",
            ContactError::Pool => "/pool",
        };
        Self::invalid(pointer, error)
    }

    /// The status, the code and the title.
    const fn kind(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed-request", "The request can't be read"),
            Self::InvalidCursor => (StatusCode::BAD_REQUEST, "invalid-cursor", "The cursor is not valid here"),
            Self::Unauthorized(_) => (StatusCode::UNAUTHORIZED, "unauthorized", "Sign in to continue"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden", "This is not allowed"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is nothing here"),
            Self::MethodNotAllowed(_) => {
                (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This path takes other methods")
            }
            Self::ConversationClosed(_) => (StatusCode::CONFLICT, "conversation-closed", "The conversation is closed"),
            Self::TaskCompleted(_) => (StatusCode::CONFLICT, "task-completed", "The task is completed"),
            Self::EncounterFinished => (StatusCode::CONFLICT, "encounter-finished", "The encounter is finished"),
            Self::EncounterFull => (StatusCode::CONFLICT, "encounter-full", "The encounter is full"),
            Self::LastActiveQuestionnaire => {
                (StatusCode::CONFLICT, "last-active-questionnaire", "It is the last active questionnaire")
            }
            Self::QuestionnaireChanged => {
                (StatusCode::CONFLICT, "questionnaire-changed", "The questionnaire was changed meanwhile")
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large"),
            Self::Attachment(attachment::UploadRejected::TooLarge(_)) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "attachment-too-large", "The attachment is too large")
            }
            Self::Attachment(attachment::UploadRejected::Unsupported | attachment::UploadRejected::Heic) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "Files of this type are not taken")
            }
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid-value", "A value is not accepted"),
            Self::MessageIdReused => {
                (StatusCode::UNPROCESSABLE_ENTITY, "message-id-reused", "The message id is used already")
            }
            Self::IdReused => (StatusCode::UNPROCESSABLE_ENTITY, "id-reused", "The id is used already"),
            Self::IdempotencyKeyReused => {
                (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", "The idempotency key is used already")
            }
            Self::Busy(_) => (StatusCode::SERVICE_UNAVAILABLE, "busy", "Try again in a moment"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal-error", "Something went wrong here"),
        }
    }

    /// The HTTP status.
    pub const fn status(&self) -> StatusCode {
        self.kind().0
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        self.kind().1
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Unauthorized(reason) => Some(format!("The bearer token was refused: {reason}.")),
            Self::Forbidden(reason) => Some((*reason).to_owned()),
            Self::ConversationClosed(_) => Some("Reopen the conversation to send your message.".into()),
            Self::TaskCompleted(_) => Some("A new message of the patient opens a new task.".into()),
            Self::EncounterFinished => Some("Resume the encounter, or reopen its conversation, to add to it.".into()),
            Self::EncounterFull => {
                Some(format!("An encounter has at most {MAX_PER_KIND} orders and as many documents."))
            }
            Self::LastActiveQuestionnaire => {
                Some("Patients need one to begin with. Activate another one first.".into())
            }
            Self::QuestionnaireChanged => Some("Read it again and make your change to its present version.".into()),
            Self::TooLarge => Some("A body has at most 262144 bytes.".into()),
            Self::Attachment(attachment::UploadRejected::TooLarge(most)) => {
                Some(format!("An attachment has at most {most} bytes."))
            }
            Self::Attachment(attachment::UploadRejected::Unsupported) => {
                Some("GET /settings tells which types are taken.".into())
            }
            Self::Attachment(attachment::UploadRejected::Heic) => Some(
                "HEIC images are not taken. On an iPhone set Settings > Camera > Formats to \"Most Compatible\" for new \
                 photos, and export this one as JPEG."
                    .into(),
            ),
            Self::MessageIdReused => {
                Some("Another message was stored under this id. Send yours with a new one.".into())
            }
            Self::IdReused => Some("Something else was stored under this id. Send yours with a new one.".into()),
            Self::IdempotencyKeyReused => Some("Another request was made with this Idempotency-Key.".into()),
            Self::Busy(_) => Some("Nothing was stored. Send the same request again.".into()),
            Self::InvalidCursor => Some("A cursor is valid for the caller and the query that it was made for.".into()),
            Self::Malformed(field) | Self::Invalid(field) => Some(format!("{} {}.", field.pointer, field.detail)),
            Self::NotFound | Self::MethodNotAllowed(_) | Self::Internal(_) => None,
        }
    }

    /// The problem document.
    pub fn problem(&self) -> Problem {
        let (status, code, title) = self.kind();
        let errors = match self {
            Self::Malformed(field) | Self::Invalid(field) => vec![field.clone()],
            _ => Vec::new(),
        };
        let closed = match self {
            Self::ConversationClosed(closed) => Some(closed),
            _ => None,
        };
        Problem {
            kind: format!("urn:portal-messaging:problem:{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            code,
            detail: self.detail(),
            errors,
            closed_by: closed.map(|closed| PersonView::of(&closed.by)),
            closed_at: closed.map(|closed| closed.at),
        }
    }

    /// The response with the problem document and its headers.
    pub fn response(&self) -> Response<Body> {
        let mut response = response::with_body(self.status(), PROBLEM_JSON, &self.problem());
        let headers = response.headers_mut();
        match self {
            Self::Unauthorized(_) => {
                headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
            }
            Self::Busy(_) => {
                headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
            }
            Self::MethodNotAllowed(allow) => {
                if let Ok(allow) = header::HeaderValue::from_str(allow) {
                    headers.insert(header::ALLOW, allow);
                }
            }
            _ => {}
        }
        response
    }
}
