//! The Lambda function `mark-unread`; see `functions::mark_unread`.

fn main() {
    functions::mark_unread::run();
}
