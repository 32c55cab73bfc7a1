//! The Lambda function `get-attachment`; see `functions::get_attachment`.

fn main() {
    functions::get_attachment::run();
}
