//! The Lambda function `get-conversation`; see `functions::get_conversation`.

fn main() {
    functions::get_conversation::run();
}
