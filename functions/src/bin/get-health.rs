//! The Lambda function `get-health`; see `functions::get_health`.

fn main() {
    functions::get_health::run();
}
