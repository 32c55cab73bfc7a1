//! The Lambda function `set-conversation-status`; see `functions::set_conversation_status`.

fn main() {
    functions::set_conversation_status::run();
}
