//! GET /me/notifications. Written by `cargo xtask generate`.

fn main() {
    functions::people::get_notifications::ROUTE.run();
}
