//! GET /questionnaires/{questionnaireId}. Written by `cargo xtask generate`.

fn main() {
    functions::configuration::get_questionnaire::ROUTE.run();
}
