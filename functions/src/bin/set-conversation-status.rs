//! PUT /conversations/{conversationId}/status. Written by `cargo xtask generate`.

fn main() {
    functions::conversations::set_conversation_status::ROUTE.run();
}
