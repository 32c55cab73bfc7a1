//! GET /conversations/{conversationId}/attachments/{attachmentId}: an image's state, and where it is; for participants.

use lambda_http::Request;
use shared::attachments::{Bucket, Place};
use shared::domain::attachment::State;
use shared::domain::audit::{Action, Entity};
use shared::domain::ids::{AttachmentId, ConversationId};
use shared::http::problem::ApiError;
use shared::http::{request, response};

use crate::attachment_views::AttachmentView;
use crate::deps::Deps;
use crate::openapi::Refusals;
use crate::routes::Route;
use crate::serve::{self, Answer};

/// This function's route.
pub const ROUTE: Route =
    Route::new("get-attachment", "GET", "/conversations/{conversationId}/attachments/{attachmentId}").with_images();

/// An image
///
/// Its state and, once it is ready, addresses of the image and its thumbnail that hold for five minutes. Until a message
/// takes it along only who uploads it sees it.
#[utoipa::path(
    get, path = "/conversations/{conversationId}/attachments/{attachmentId}", tag = "Attachments",
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
    deps.record_read(&request, &caller, attachment.patient_id, Action::ReadAttachment, entity).await?;

    let now = deps.clock.now();
    let view = AttachmentView::of(attachment.attached(), attachment.created_at, now);
    let State::Ready(image) = attachment.state else { return Ok(response::ok(&view)) };
    let place = Place { conversation, attachment: id };
    Ok(response::ok(&view.at(bucket.sign_downloads(place, image.content_type, now).await?)))
}

/// Runs the function.
pub fn run() {
    serve::run_with_images(ROUTE, |(deps, bucket), request| Box::pin(handle(deps, bucket, request)));
}
