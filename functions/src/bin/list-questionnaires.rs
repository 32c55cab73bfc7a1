//! GET /questionnaires. Written by `cargo xtask generate`.

fn main() {
    functions::configuration::list_questionnaires::ROUTE.run();
}
