//! The Lambda function `project-changes`; see `functions::project_changes`.

fn main() {
    functions::project_changes::run();
}
