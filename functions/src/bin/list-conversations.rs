//! The Lambda function `list-conversations`; see `functions::list_conversations`.

fn main() {
    functions::list_conversations::run();
}
