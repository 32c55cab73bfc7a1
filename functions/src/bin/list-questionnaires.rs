//! The Lambda function `list-questionnaires`; see `functions::list_questionnaires`.

fn main() {
    functions::list_questionnaires::run();
}
