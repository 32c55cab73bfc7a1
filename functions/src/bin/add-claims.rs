//! Called before a token is issued. Written by `cargo xtask generate`.

fn main() {
    functions::people::add_claims::run();
}
