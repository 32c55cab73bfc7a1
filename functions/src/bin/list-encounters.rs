//! The Lambda function `list-encounters`; see `functions::list_encounters`.

fn main() {
    functions::list_encounters::run();
}
