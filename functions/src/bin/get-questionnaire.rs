//! The Lambda function `get-questionnaire`; see `functions::get_questionnaire`.

fn main() {
    functions::get_questionnaire::run();
}
