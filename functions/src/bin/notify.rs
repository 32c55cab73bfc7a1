//! The Lambda function `notify`; see `functions::notify`.

fn main() {
    functions::notify::run();
}
