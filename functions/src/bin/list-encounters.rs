//! GET /patients/{patientId}/encounters. Written by `cargo xtask generate`.

fn main() {
    functions::encounters::list_encounters::ROUTE.run();
}
