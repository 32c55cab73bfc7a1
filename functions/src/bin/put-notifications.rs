//! PUT /me/notifications. Written by `cargo xtask generate`.

fn main() {
    functions::people::put_notifications::ROUTE.run();
}
