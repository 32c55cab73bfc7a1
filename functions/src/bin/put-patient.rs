//! The Lambda function `put-patient`; see `functions::put_patient`.

fn main() {
    functions::put_patient::run();
}
