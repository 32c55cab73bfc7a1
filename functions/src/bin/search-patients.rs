//! The Lambda function `search-patients`; see `functions::search_patients`.

fn main() {
    functions::search_patients::run();
}
