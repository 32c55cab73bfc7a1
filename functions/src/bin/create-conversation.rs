//! The Lambda function `create-conversation`; see `functions::create_conversation`.

fn main() {
    functions::create_conversation::run();
}
