//! The domain's limits in the `OpenAPI` document: each number stands once, in the domain.
//!
//! A description says `{max}` for the limit of its field, and `{each}` for that of each value in its list.

use domain::attachment::MAX_PER_MESSAGE;
use domain::catalogue::{DESCRIPTION_MAX_LENGTH, MAX_ITEMS, MAX_OPTIONS, OPTION_MAX_LENGTH, QUESTION_MAX_LENGTH};
use domain::chart_item::{ORDER_MAX_LENGTH, URL_MAX_LENGTH};
use domain::contact::Email;
use domain::encounter::ENCOUNTER_TYPE_MAX_LENGTH;
use domain::ids::UserId;
use domain::patient::{NAME_MAX_LENGTH, RECORD_NUMBER_MAX_LENGTH};
use domain::settings::{LABEL_MAX_LENGTH, MAX_CONTENT_TYPES, POOL_MAX_LENGTH};
use domain::text::{MessageText, TextError, Title};
use utoipa::Modify;
use utoipa::openapi::schema::{Array, Object, Schema};
use utoipa::openapi::{OpenApi, RefOr};

use crate::attachments::create_attachment::MAX_FILE_NAME;

/// A field's limit.
#[derive(Debug, Clone, Copy)]
enum Limit {
    /// The most characters of a text.
    Characters(usize),
    /// The most values of a list.
    Values(usize),
    /// The most values of a list, and the most characters of each.
    Texts(usize, usize),
}

/// The schemas' fields that have a limit.
const LIMITS: [(&str, &str, Limit); 21] = [
    ("AttachmentSettings", "contentTypes", Limit::Values(MAX_CONTENT_TYPES)),
    ("Item", "options", Limit::Texts(MAX_OPTIONS, OPTION_MAX_LENGTH)),
    ("Item", "text", Limit::Characters(QUESTION_MAX_LENGTH)),
    ("NewAttachment", "fileName", Limit::Characters(MAX_FILE_NAME)),
    ("NewContact", "email", Limit::Characters(Email::MAX_LENGTH)),
    ("NewContact", "pool", Limit::Characters(POOL_MAX_LENGTH)),
    ("NewDocument", "title", Limit::Characters(Title::MAX_LENGTH)),
    ("NewDocument", "url", Limit::Characters(URL_MAX_LENGTH)),
    ("NewMessage", "attachmentIds", Limit::Values(MAX_PER_MESSAGE)),
    ("NewMessage", "text", Limit::Characters(MessageText::MAX_LENGTH)),
    ("NewOrder", "text", Limit::Characters(ORDER_MAX_LENGTH)),
    ("NewPatient", "name", Limit::Characters(NAME_MAX_LENGTH)),
    ("NewPatient", "recordNumber", Limit::Characters(RECORD_NUMBER_MAX_LENGTH)),
    ("QuestionnaireDraft", "description", Limit::Characters(DESCRIPTION_MAX_LENGTH)),
    ("QuestionnaireDraft", "encounterType", Limit::Characters(ENCOUNTER_TYPE_MAX_LENGTH)),
    ("QuestionnaireDraft", "items", Limit::Values(MAX_ITEMS)),
    ("QuestionnaireDraft", "title", Limit::Characters(Title::MAX_LENGTH)),
    ("Settings", "encounterType", Limit::Characters(ENCOUNTER_TYPE_MAX_LENGTH)),
    ("Settings", "sendMessageLabel", Limit::Characters(LABEL_MAX_LENGTH)),
    ("TaskUpdate", "owner", Limit::Characters(UserId::MAX_LENGTH)),
    ("TaskingSettings", "pool", Limit::Characters(POOL_MAX_LENGTH)),
];

/// The title of a new conversation, which is written where its two forms are.
const TITLE: (&str, &str, Limit) = ("TitledConversation", "title", Limit::Characters(Title::MAX_LENGTH));

/// Writes the limits into the document.
pub(super) struct Limits;

impl Modify for Limits {
    fn modify(&self, openapi: &mut OpenApi) {
        let Some(components) = openapi.components.as_mut() else { return };
        for (schema, field, limit) in LIMITS.into_iter().chain([TITLE]) {
            let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(schema) else { continue };
            match object.properties.get_mut(field) {
                Some(RefOr::T(Schema::Object(text))) => limit_text(text, limit),
                Some(RefOr::T(Schema::Array(list))) => limit_list(list, limit),
                _ => {}
            }
        }
        if let Some(RefOr::T(Schema::Object(problem))) = components.schemas.get_mut("FieldProblem")
            && let Some(RefOr::T(Schema::Object(detail))) = problem.properties.get_mut("detail")
        {
            detail.example = Some(TextError::TooLong(MessageText::MAX_LENGTH).to_string().into());
        }
    }
}

fn limit_text(text: &mut Object, limit: Limit) {
    if let Limit::Characters(max) = limit {
        text.max_length = Some(max);
        describe(&mut text.description, "{max}", max);
    }
}

fn limit_list(list: &mut Array, limit: Limit) {
    let (max, each) = match limit {
        Limit::Values(max) => (max, None),
        Limit::Texts(max, each) => (max, Some(each)),
        Limit::Characters(_) => return,
    };
    list.max_items = Some(max);
    describe(&mut list.description, "{max}", max);
    if let Some(each) = each {
        describe(&mut list.description, "{each}", each);
    }
}

fn describe(description: &mut Option<String>, place: &str, limit: usize) {
    if let Some(description) = description {
        *description = description.replace(place, &with_commas(limit));
    }
}

/// A number as English has it: 10,000.
fn with_commas(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::get_openapi;

    #[test]
    fn every_limit_is_written_and_every_place_for_one_is_filled() {
        let document = serde_json::to_value(get_openapi::document()).unwrap();
        for (schema, field, limit) in LIMITS.into_iter().chain([TITLE]) {
            let field = &document["components"]["schemas"][schema]["properties"][field];
            let (name, max) = match limit {
                Limit::Characters(max) => ("maxLength", max),
                Limit::Values(max) | Limit::Texts(max, _) => ("maxItems", max),
            };
            assert_eq!(field[name], max, "{schema}: {field}");
        }
        let text = document.to_string();
        assert!(!text.contains("{max}") && !text.contains("{each}"));
        assert_eq!([with_commas(64), with_commas(1000), with_commas(10_485_760)], ["64", "1,000", "10,485,760"]);
    }
}
