//! PUT /conversations/{conversationId}/read. Written by `cargo xtask generate`.

fn main() {
    functions::conversations::mark_read::ROUTE.run();
}
