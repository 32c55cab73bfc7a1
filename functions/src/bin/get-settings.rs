//! The Lambda function `get-settings`; see `functions::get_settings`.

fn main() {
    functions::get_settings::run();
}
