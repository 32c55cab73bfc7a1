//! The Lambda function `get-encounter`; see `functions::get_encounter`.

fn main() {
    functions::get_encounter::run();
}
