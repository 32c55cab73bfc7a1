//! The Lambda function `send-message`; see `functions::send_message`.

fn main() {
    functions::send_message::run();
}
