//! The Lambda function `get-notifications`; see `functions::get_notifications`.

fn main() {
    functions::get_notifications::run();
}
