//! POST /conversations/{conversationId}/attachments: announces an image and gets the address to upload it to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::attachment::{Attachment, AttachmentState, DeclaredUpload};
use domain::audit::{Action, Entity};
use domain::ids::{AttachmentId, ConversationId};
use lambda_http::Request;
use serde::Deserialize;
use shared::attachments::{Bucket, ObjectLocation};
use shared::http::problem::ApiError;
use shared::http::{request, response};
use utoipa::ToSchema;

use crate::attachments::view::AnnouncedView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, ImageHandler, Route};

/// This function's route.
pub const ROUTE: Route<ImageHandler> = Route::with_images(
    "create-attachment",
    "POST",
    "/conversations/{conversationId}/attachments",
    |deps, bucket, request| Box::pin(handle(deps, bucket, request)),
);

/// The longest file name taken.
pub(crate) const MAX_FILE_NAME: usize = 255;

/// An image to upload.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAttachment {
    /// Its type: one of the settings'.
    #[schema(example = "image/jpeg")]
    content_type: String,
    /// Its length in bytes.
    #[schema(example = 4_000_000, minimum = 1)]
    size: u64,
    /// Its name, which is looked at for files without a type and stored nowhere.
    #[schema(example = "IMG_0042.jpg")]
    file_name: Option<String>,
    /// Its SHA-256 in Base64. With it the address takes exactly these bytes.
    #[schema(example = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    sha256: Option<String>,
}

/// Announces an image
///
/// The answer tells where to upload it within five minutes. A message of the same sender may then take it along, at
/// once: it shows the image when it is inspected, usually within seconds. What no message takes along goes after a day.
#[utoipa::path(
    post, path = ROUTE.entry.path, tag = "Attachments", request_body = NewAttachment,
    params(("conversationId" = Uuid, Path, description = "The conversation.")),
    responses(
        (status = 201, body = AnnouncedView, headers(("Location" = String, description = "The attachment."))),
        (status = 409, description = "`conversation-closed`: nothing was stored", body = shared::http::problem::Problem, content_type = "application/problem+json"),
        (status = 415, description = "`unsupported-media-type`; for HEIC the detail says what to do", body = shared::http::problem::Problem, content_type = "application/problem+json"),
        Refusals
    )
)]
pub async fn handle(deps: &Deps, bucket: &Bucket, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let conversation: ConversationId = request::path_id(&request, "conversationId")?;
    let new = request::json::<NewAttachment>(&request)?.checked()?;
    let (head, settings) =
        tokio::try_join!(async { Ok(deps.table.conversation(conversation).await?) }, deps.settings())?;
    let head = head.ok_or(ApiError::NotFound)?.visible_to(&caller)?;
    head.must_be_open()?;
    let declared = DeclaredUpload::new(&new.content_type, new.size, new.file_name.as_deref(), &settings.attachments)?;

    let (id, now) = (AttachmentId::new(deps.clock.id()), deps.clock.now());
    let attachment = Attachment {
        id,
        conversation_id: conversation,
        patient_id: head.patient_id,
        created_by: caller.person().clone(),
        created_at: now,
        state: AttachmentState::Pending(declared),
        message: None,
    };
    let event = deps.agent(&request, &caller);
    let entity = Entity::Attachment(conversation, id);
    let event = event.map(|agent| agent.changed(head.patient_id, Action::CreateAttachment, entity));
    deps.table.announce_attachment(&attachment, event.as_ref()).await?;
    let place = ObjectLocation { conversation, attachment: id };
    let upload = bucket.sign_upload(place, declared, new.sha256.as_deref(), now).await?;
    let location = format!("/conversations/{conversation}/attachments/{id}");
    Ok(response::created(&location, &AnnouncedView::of(id, upload)))
}

impl NewAttachment {
    /// What can't be right whatever the settings say is refused before anything is read.
    fn checked(self) -> Result<Self, ApiError> {
        if self.size == 0 {
            return Err(ApiError::invalid("/size", "is 0: the file is empty"));
        }
        if let Some(name) = &self.file_name
            && (name.chars().count() > MAX_FILE_NAME || name.chars().any(char::is_control))
        {
            return Err(ApiError::invalid("/fileName", "is longer than 255 characters or holds a control character"));
        }
        if let Some(sum) = &self.sha256
            && STANDARD.decode(sum).map_or(0, |bytes| bytes.len()) != 32
        {
            return Err(ApiError::invalid("/sha256", "is no SHA-256 in Base64"));
        }
        Ok(self)
    }
}
