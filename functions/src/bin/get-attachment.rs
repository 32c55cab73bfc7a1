//! GET /conversations/{conversationId}/attachments/{attachmentId}. Written by `cargo xtask generate`.

fn main() {
    functions::attachments::get_attachment::ROUTE.run();
}
