//! DELETE /questionnaires/{questionnaireId}. Written by `cargo xtask generate`.

fn main() {
    functions::configuration::delete_questionnaire::ROUTE.run();
}
