//! The Lambda function `set-encounter-status`; see `functions::set_encounter_status`.

fn main() {
    functions::set_encounter_status::run();
}
