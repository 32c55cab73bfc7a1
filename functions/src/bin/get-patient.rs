//! GET /patients/{patientId}. Written by `cargo xtask generate`.

fn main() {
    functions::patients::get_patient::ROUTE.run();
}
