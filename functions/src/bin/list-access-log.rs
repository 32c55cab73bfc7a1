//! The Lambda function `list-access-log`; see `functions::list_access_log`.

fn main() {
    functions::list_access_log::run();
}
