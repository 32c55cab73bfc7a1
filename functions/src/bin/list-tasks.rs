//! GET /tasks. Written by `cargo xtask generate`.

fn main() {
    functions::tasks::list_tasks::ROUTE.run();
}
