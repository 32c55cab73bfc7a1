//! PUT /questionnaires/{questionnaireId}. Written by `cargo xtask generate`.

fn main() {
    functions::configuration::put_questionnaire::ROUTE.run();
}
