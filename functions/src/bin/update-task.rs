//! The Lambda function `update-task`; see `functions::update_task`.

fn main() {
    functions::update_task::run();
}
