//! The Lambda function `list-messages`; see `functions::list_messages`.

fn main() {
    functions::list_messages::run();
}
