//! The Lambda function `create-attachment`; see `functions::create_attachment`.

fn main() {
    functions::create_attachment::run();
}
