//! The Lambda function `link-document`; see `functions::link_document`.

fn main() {
    functions::link_document::run();
}
