//! PUT /encounters/{encounterId}/status. Written by `cargo xtask generate`.

fn main() {
    functions::encounters::set_encounter_status::ROUTE.run();
}
