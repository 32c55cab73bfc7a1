//! Fed by the table's stream. Written by `cargo xtask generate`.

fn main() {
    functions::stream::project_changes::run();
}
