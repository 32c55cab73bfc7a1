//! The Lambda function `add-claims`; see `functions::add_claims`.

fn main() {
    functions::add_claims::run();
}
