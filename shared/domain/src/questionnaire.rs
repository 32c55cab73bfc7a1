//! Questionnaires and their answers (FHIR R4 `Questionnaire`, `QuestionnaireResponse`).
//!
//! A patient fills one in to start a conversation. The answers become the text of the first message and are stored
//! with the questions.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::ids::QuestionnaireId;
use crate::text::{MessageText, TextError};

/// The type of a question (FHIR's `Questionnaire.item.type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemType {
    /// One line of text.
    String,
    /// Several lines of text.
    Text,
    /// Yes or no.
    Boolean,
    /// One of the options.
    Choice,
}

/// A question (FHIR's `Questionnaire.item`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Item {
    /// Identifies the question within its questionnaire.
    pub link_id: String,
    /// The text of the question.
    pub text: String,
    /// The type of its answer.
    #[serde(rename = "type")]
    pub item_type: ItemType,
    /// Whether it must be answered.
    #[serde(default)]
    pub required: bool,
    /// The options of a `choice`: 1 to 50 different ones of 1 to 200 characters. Other questions have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

/// A form that patients fill in to start a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Questionnaire {
    /// Its id.
    pub id: QuestionnaireId,
    /// Its version: 1, 2, 3 ... A version never changes.
    pub version: u32,
    /// Its title, also the title of the conversations it starts.
    pub title: String,
    /// Its description.
    pub description: String,
    /// The questions, in order.
    pub items: Vec<Item>,
    /// Whether patients can choose it.
    pub active: bool,
    /// The type of its encounters, if it differs from the settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encounter_type: Option<String>,
    /// Its position in the list, lowest first.
    pub position: u32,
}

/// The value of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// For a `boolean` question.
    Boolean(bool),
    /// For a `string`, `text` or `choice` question.
    Text(String),
}

/// An answer from a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// The link id of the question.
    pub link_id: String,
    /// The answer.
    pub value: Value,
}

/// A question and its answer, as they were when it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AnsweredItem {
    /// The link id of the question.
    pub link_id: String,
    /// The text of the question.
    pub text: String,
    /// The type of the question.
    #[serde(rename = "type")]
    pub item_type: ItemType,
    /// The answer.
    pub value: Value,
}

/// An answered questionnaire. It includes the questions, so it can be shown without the questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuestionnaireResponse {
    /// The questionnaire that was answered.
    pub questionnaire_id: QuestionnaireId,
    /// The version that was answered.
    pub questionnaire_version: u32,
    /// Questions and answers, in the order of the questionnaire.
    pub items: Vec<AnsweredItem>,
}

/// Why answers are rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The questionnaire has no such question.
    #[error("answers a question that the questionnaire does not ask")]
    UnknownLinkId(String),
    /// A question is answered twice.
    #[error("answers {0:?} twice")]
    Repeated(String),
    /// A required question has no answer.
    #[error("leaves the required {0:?} unanswered")]
    Missing(String),
    /// The answer has the wrong type for the question.
    #[error("answers {0:?} with a value of the wrong type")]
    WrongType(String),
    /// The answer to a `choice` is not one of its options.
    #[error("answers {0:?} with none of its options")]
    NoSuchOption(String),
    /// The text of an answer is invalid.
    #[error("answers {0:?} with a text that {1}")]
    Text(String, TextError),
    /// The resulting message is invalid: nothing was answered, or it is too long.
    #[error("makes a message that {0}")]
    Message(TextError),
}

impl AnswerError {
    /// The link id of the question at fault, if the error concerns one question.
    pub fn link_id(&self) -> Option<&str> {
        match self {
            Self::UnknownLinkId(id)
            | Self::Repeated(id)
            | Self::Missing(id)
            | Self::WrongType(id)
            | Self::NoSuchOption(id)
            | Self::Text(id, _) => Some(id),
            Self::Message(_) => None,
        }
    }
}

impl Questionnaire {
    /// Validates answers. Returns the response to store and the text of the message that shows it.
    pub fn answer(&self, answers: &[Answer]) -> Result<(QuestionnaireResponse, MessageText), AnswerError> {
        let mut seen = HashSet::new();
        for answer in answers {
            if !self.items.iter().any(|item| item.link_id == answer.link_id) {
                return Err(AnswerError::UnknownLinkId(answer.link_id.clone()));
            }
            if !seen.insert(&answer.link_id) {
                return Err(AnswerError::Repeated(answer.link_id.clone()));
            }
        }
        let mut items = Vec::new();
        for item in &self.items {
            let answer = answers.iter().find(|answer| answer.link_id == item.link_id);
            match answer.map(|answer| item.check(&answer.value)).transpose()?.flatten() {
                Some(value) => items.push(AnsweredItem {
                    link_id: item.link_id.clone(),
                    text: item.text.clone(),
                    item_type: item.item_type,
                    value,
                }),
                None if item.required => return Err(AnswerError::Missing(item.link_id.clone())),
                None => {}
            }
        }
        let response = QuestionnaireResponse { questionnaire_id: self.id, questionnaire_version: self.version, items };
        let message = MessageText::new(&response.to_text()).map_err(AnswerError::Message)?;
        Ok((response, message))
    }
}

impl Item {
    /// Validates and normalizes one answer. Returns `None` for a blank text.
    fn check(&self, value: &Value) -> Result<Option<Value>, AnswerError> {
        match (self.item_type, value) {
            (ItemType::Boolean, Value::Boolean(_)) => Ok(Some(value.clone())),
            (ItemType::Choice, Value::Text(text)) if self.options.contains(text) => Ok(Some(value.clone())),
            (ItemType::Choice, Value::Text(_)) => Err(AnswerError::NoSuchOption(self.link_id.clone())),
            (ItemType::String | ItemType::Text, Value::Text(text)) => match MessageText::new(text) {
                Err(TextError::Empty) => Ok(None),
                Ok(_) if self.item_type == ItemType::String && text.contains(['\n', '\r', '\t']) => {
                    Err(AnswerError::Text(self.link_id.clone(), TextError::ControlCharacter))
                }
                Ok(text) => Ok(Some(Value::Text(text.as_str().to_owned()))),
                Err(error) => Err(AnswerError::Text(self.link_id.clone(), error)),
            },
            _ => Err(AnswerError::WrongType(self.link_id.clone())),
        }
    }
}

impl QuestionnaireResponse {
    /// The questions and answers as text for people to read.
    fn to_text(&self) -> String {
        let shown = self.items.iter().map(|item| {
            let value = match &item.value {
                Value::Boolean(true) => "Yes",
                Value::Boolean(false) => "No",
                Value::Text(text) => text,
            };
            format!("{}\n{value}", item.text)
        });
        shown.collect::<Vec<_>>().join("\n\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(link_id: &str, item_type: ItemType, required: bool) -> Item {
        let options = if item_type == ItemType::Choice { vec!["Blood test".into(), "X-ray".into()] } else { vec![] };
        Item { link_id: link_id.into(), text: format!("The {link_id}?"), item_type, required, options }
    }

    fn form() -> Questionnaire {
        Questionnaire {
            id: QuestionnaireId::new(uuid::Uuid::nil()),
            version: 3,
            title: "Ask about a result".into(),
            description: String::new(),
            items: vec![
                item("kind", ItemType::Choice, true),
                item("question", ItemType::Text, true),
                item("urgent", ItemType::Boolean, false),
                item("place", ItemType::String, false),
            ],
            active: true,
            encounter_type: None,
            position: 1,
        }
    }

    fn answer(link_id: &str, value: &str) -> Answer {
        Answer { link_id: link_id.into(), value: Value::Text(value.into()) }
    }

    #[test]
    fn questions_and_answers_become_the_text_of_the_message() {
        let urgent = Answer { link_id: "urgent".into(), value: Value::Boolean(true) };
        let answers =
            [urgent, answer("question", "Is it high?\r\nI worry."), answer("kind", "X-ray"), answer("place", " ")];
        let (response, message) = form().answer(&answers).unwrap();
        assert_eq!(
            message.as_str(),
            "The kind?\nX-ray\n\nThe question?\nIs it high?\nI worry.\n\nThe urgent?\nYes",
            "in the order of the questionnaire, without blank answers"
        );
        assert_eq!((response.items.len(), response.questionnaire_version), (3, 3));
    }

    #[test]
    fn every_error_names_its_question() {
        let good = [answer("kind", "X-ray"), answer("question", "Is it high?")];
        let with = |extra: Answer| {
            let answers: Vec<Answer> = good.iter().cloned().chain([extra]).collect();
            form().answer(&answers).unwrap_err()
        };
        assert_eq!(with(answer("colour", "red")), AnswerError::UnknownLinkId("colour".into()));
        assert_eq!(with(answer("kind", "X-ray")), AnswerError::Repeated("kind".into()));
        assert_eq!(with(answer("urgent", "yes")), AnswerError::WrongType("urgent".into()));
        assert_eq!(with(answer("place", "a\nb")), AnswerError::Text("place".into(), TextError::ControlCharacter));
        assert_eq!(form().answer(&good[..1]).unwrap_err(), AnswerError::Missing("question".into()));
        let blank = [answer("kind", "X-ray"), answer("question", "  ")];
        assert_eq!(form().answer(&blank).unwrap_err(), AnswerError::Missing("question".into()));
        let other = [answer("kind", "MRI"), good[1].clone()];
        assert_eq!(form().answer(&other).unwrap_err(), AnswerError::NoSuchOption("kind".into()));
        let long = [good[0].clone(), answer("question", &"x".repeat(9_999))];
        assert_eq!(
            form().answer(&long).unwrap_err(),
            AnswerError::Message(TextError::TooLong(MessageText::MAX_LENGTH))
        );
    }
}
