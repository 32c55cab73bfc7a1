//! The Lambda function `mark-read`; see `functions::mark_read`.

fn main() {
    functions::mark_read::run();
}
