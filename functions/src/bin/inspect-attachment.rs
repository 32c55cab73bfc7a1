//! The Lambda function `inspect-attachment`; see `functions::inspect_attachment`.

fn main() {
    functions::inspect_attachment::run();
}
