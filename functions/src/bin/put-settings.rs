//! PUT /settings. Written by `cargo xtask generate`.

fn main() {
    functions::configuration::put_settings::ROUTE.run();
}
