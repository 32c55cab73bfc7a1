//! The Lambda function `get-openapi`; see `functions::get_openapi`.

fn main() {
    functions::get_openapi::run();
}
