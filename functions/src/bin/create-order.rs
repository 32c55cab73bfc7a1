//! The Lambda function `create-order`; see `functions::create_order`.

fn main() {
    functions::create_order::run();
}
