//! POST /conversations/{conversationId}/attachments. Written by `cargo xtask generate`.

fn main() {
    functions::attachments::create_attachment::ROUTE.run();
}
