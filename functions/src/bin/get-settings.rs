//! GET /settings. Written by `cargo xtask generate`.

fn main() {
    functions::configuration::get_settings::ROUTE.run();
}
