//! DELETE /conversations/{conversationId}/read. Written by `cargo xtask generate`.

fn main() {
    functions::conversations::mark_unread::ROUTE.run();
}
