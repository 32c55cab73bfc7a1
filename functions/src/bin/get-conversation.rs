//! GET /conversations/{conversationId}. Written by `cargo xtask generate`.

fn main() {
    functions::conversations::get_conversation::ROUTE.run();
}
