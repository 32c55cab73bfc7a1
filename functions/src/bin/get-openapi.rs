//! GET /openapi.json. Written by `cargo xtask generate`.

fn main() {
    functions::system::get_openapi::ROUTE.run();
}
