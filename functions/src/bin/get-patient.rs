//! The Lambda function `get-patient`; see `functions::get_patient`.

fn main() {
    functions::get_patient::run();
}
