//! GET /encounters/{encounterId}. Written by `cargo xtask generate`.

fn main() {
    functions::encounters::get_encounter::ROUTE.run();
}
