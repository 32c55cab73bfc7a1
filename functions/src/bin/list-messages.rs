//! GET /conversations/{conversationId}/messages. Written by `cargo xtask generate`.

fn main() {
    functions::messages::list_messages::ROUTE.run();
}
