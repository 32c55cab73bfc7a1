//! GET /health. Written by `cargo xtask generate`.

fn main() {
    functions::system::get_health::ROUTE.run();
}
