//! POST /conversations/{conversationId}/messages. Written by `cargo xtask generate`.

fn main() {
    functions::messages::send_message::ROUTE.run();
}
