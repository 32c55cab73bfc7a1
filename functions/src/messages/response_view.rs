//! An answered questionnaire as clients send and see it.

use domain::questionnaire::{AnsweredItem, QuestionnaireResponse, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::configuration::questionnaire_view::ItemTypeView;

/// An answer's value.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ValueView {
    /// To a `boolean`.
    Boolean(bool),
    /// To a `string`, `text` or `choice`.
    Text(String),
}

/// An answer, as a client sends it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// The question that it answers.
    #[schema(example = "question")]
    link_id: String,
    /// The answer.
    #[schema(value_type = serde_json::Value)]
    value: ValueView,
}

/// A question with its answer, as they stood when it was answered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AnsweredItem)]
pub struct AnsweredItemView {
    /// The question's link id.
    link_id: String,
    /// The question, as it was asked.
    text: String,
    /// The kind of answer.
    #[serde(rename = "type")]
    item_type: ItemTypeView,
    /// The answer.
    #[schema(value_type = serde_json::Value)]
    value: ValueView,
}

/// An answered questionnaire, which needs no questionnaire to be read.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QuestionnaireResponse)]
pub struct QuestionnaireResponseView {
    /// The questionnaire that was answered.
    questionnaire_id: Uuid,
    /// Its version, which can be read as it was asked.
    #[schema(example = 1, minimum = 1)]
    questionnaire_version: u32,
    /// Questions and answers, in the order asked.
    items: Vec<AnsweredItemView>,
}

impl From<Value> for ValueView {
    fn from(value: Value) -> Self {
        match value {
            Value::Boolean(yes) => Self::Boolean(yes),
            Value::Text(text) => Self::Text(text),
        }
    }
}

impl From<ValueView> for Value {
    fn from(value: ValueView) -> Self {
        match value {
            ValueView::Boolean(yes) => Self::Boolean(yes),
            ValueView::Text(text) => Self::Text(text),
        }
    }
}

impl From<Answer> for domain::questionnaire::Answer {
    fn from(Answer { link_id, value }: Answer) -> Self {
        Self { link_id, value: value.into() }
    }
}

impl From<AnsweredItem> for AnsweredItemView {
    fn from(AnsweredItem { link_id, text, item_type, value }: AnsweredItem) -> Self {
        Self { link_id, text, item_type: item_type.into(), value: value.into() }
    }
}

impl From<QuestionnaireResponse> for QuestionnaireResponseView {
    fn from(response: QuestionnaireResponse) -> Self {
        Self {
            questionnaire_id: response.questionnaire_id.uuid(),
            questionnaire_version: response.questionnaire_version,
            items: response.items.into_iter().map(AnsweredItemView::from).collect(),
        }
    }
}
