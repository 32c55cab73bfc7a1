//! The Lambda function `list-tasks`; see `functions::list_tasks`.

fn main() {
    functions::list_tasks::run();
}
