//! The Lambda function `put-questionnaire`; see `functions::put_questionnaire`.

fn main() {
    functions::put_questionnaire::run();
}
