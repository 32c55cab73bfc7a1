//! GET /me. Written by `cargo xtask generate`.

fn main() {
    functions::people::get_me::ROUTE.run();
}
