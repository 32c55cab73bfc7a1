//! The Lambda function `put-notifications`; see `functions::put_notifications`.

fn main() {
    functions::put_notifications::run();
}
