//! PUT /patients/{patientId}. Written by `cargo xtask generate`.

fn main() {
    functions::patients::put_patient::ROUTE.run();
}
