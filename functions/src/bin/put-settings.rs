//! The Lambda function `put-settings`; see `functions::put_settings`.

fn main() {
    functions::put_settings::run();
}
