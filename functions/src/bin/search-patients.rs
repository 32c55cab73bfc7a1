//! GET /patients. Written by `cargo xtask generate`.

fn main() {
    functions::patients::search_patients::ROUTE.run();
}
