//! POST /encounters/{encounterId}/documents. Written by `cargo xtask generate`.

fn main() {
    functions::encounters::link_document::ROUTE.run();
}
