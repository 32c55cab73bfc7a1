//! GET /patients/{patientId}/access-log. Written by `cargo xtask generate`.

fn main() {
    functions::patients::list_access_log::ROUTE.run();
}
