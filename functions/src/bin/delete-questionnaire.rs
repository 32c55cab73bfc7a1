//! The Lambda function `delete-questionnaire`; see `functions::delete_questionnaire`.

fn main() {
    functions::delete_questionnaire::run();
}
