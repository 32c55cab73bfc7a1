//! ANY $default. Written by `cargo xtask generate`.

fn main() {
    functions::system::refuse_route::ROUTE.run();
}
