//! A questionnaire with one question to choose an answer for and one to write an answer to.

use domain::catalogue::Draft;
use domain::ids::QuestionnaireId;
use serde_json::json;

/// "Ask about a result", with the questions `result` and `question`.
pub fn about_a_result(id: QuestionnaireId) -> Draft {
    let draft = json!({
        "id": id,
        "title": "Ask about a result",
        "description": "For questions about a laboratory or imaging result.",
        "items": [
            {"linkId": "result", "text": "Which result?", "type": "choice", "required": true,
                "options": ["Blood test", "X-ray"]},
            {"linkId": "question", "text": "Your question", "type": "text", "required": true},
        ],
    });
    let draft: Draft = serde_json::from_value(draft).expect("a draft");
    draft.checked(id).expect("a questionnaire within the limits")
}
