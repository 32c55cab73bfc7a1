//! GET /conversations/{conversationId}/attachments/{attachmentId}: an image's state, and where it is; for participants.

use domain::attachment::AttachmentState;
use domain::audit::{Action, Entity};
use domain::ids::{AttachmentId, ConversationId};
use lambda_http::Request;
use shared::attachments::{Bucket, ObjectLocation};
use shared::http::problem::ApiError;
use shared::http::{request, response};

use crate::attachments::view::AttachmentView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, ImageHandler, Route};

/// This function's route.
pub const ROUTE: Route<ImageHandler> = Route::with_images(
    "get-attachment",
    "GET",
    "/conversations/{conversationId}/attachments/{attachmentId}",
    |deps, bucket, request| Box::pin(handle(deps, bucket, request)),
);

/// An image
///
/// Its state and, once it is ready, addresses of the image and its thumbnail that hold for five minutes. Until a message
/// takes it along only who uploads it sees it.
#[utoipa::path(
    get, path = ROUTE.entry.path, tag = "Attachments",
    params(
        ("conversationId" = Uuid, Path, description = "The conversation."),
        ("attachmentId" = Uuid, Path, description = "The attachment."),
    ),
    responses((status = 200, body = AttachmentView), Refusals)
)]
pub async fn handle(deps: &Deps, bucket: &Bucket, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let conversation: ConversationId = request::path_id(&request, "conversationId")?;
    let id: AttachmentId = request::path_id(&request, "attachmentId")?;
    let found = deps.table.attachment(conversation, id).await?.ok_or(ApiError::NotFound)?;
    let attachment = found.value.visible_to(&caller)?;
    let entity = Entity::Attachment(conversation, id);
    deps.record_read(deps.agent(&request, &caller), attachment.patient_id, Action::ReadAttachment, entity).await?;

    let now = deps.clock.now();
    let view = AttachmentView::of(attachment.attached(), attachment.created_at, now);
    let AttachmentState::Ready(image) = attachment.state else { return Ok(response::ok(&view)) };
    let place = ObjectLocation { conversation, attachment: id };
    Ok(response::ok(&view.at(bucket.sign_downloads(place, image.content_type, now).await?)))
}
