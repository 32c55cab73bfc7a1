//! The Lambda function `get-me`; see `functions::get_me`.

fn main() {
    functions::get_me::run();
}
