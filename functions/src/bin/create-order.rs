//! POST /encounters/{encounterId}/orders. Written by `cargo xtask generate`.

fn main() {
    functions::encounters::create_order::ROUTE.run();
}
