//! POST /patients/{patientId}/conversations. Written by `cargo xtask generate`.

fn main() {
    functions::conversations::create_conversation::ROUTE.run();
}
