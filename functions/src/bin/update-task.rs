//! PUT /tasks/{taskId}. Written by `cargo xtask generate`.

fn main() {
    functions::tasks::update_task::ROUTE.run();
}
