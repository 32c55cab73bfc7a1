//! GET /patients/{patientId}/conversations. Written by `cargo xtask generate`.

fn main() {
    functions::conversations::list_conversations::ROUTE.run();
}
