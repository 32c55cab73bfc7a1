//! The questionnaire catalogue: validates drafts by administrators and creates new versions from them.
//!
//! Versions are immutable, so an answered questionnaire can always be shown as it was when it was answered. See
//! docs/decisions/0012-questionnaire-versions.md.

use std::collections::HashSet;

use serde::Deserialize;

use crate::encounter::ENCOUNTER_TYPE_MAX_LENGTH;
use crate::fault::{Fault, Field};
use crate::ids::QuestionnaireId;
use crate::person::Role;
use crate::questionnaire::{Item, ItemType, Questionnaire};
use crate::text::{MessageText, Title, multi_line, one_line};

/// The maximum number of questions in a questionnaire.
pub const MAX_ITEMS: usize = 50;
/// The maximum number of options of a `choice` question.
pub const MAX_OPTIONS: usize = 50;
/// The maximum length of a link id, in characters; this and the following limits.
const LINK_ID_MAX_LENGTH: usize = 64;
/// The maximum length of a description.
pub const DESCRIPTION_MAX_LENGTH: usize = 1000;
/// The maximum length of a question.
pub const QUESTION_MAX_LENGTH: usize = 500;
/// The maximum length of an option.
pub const OPTION_MAX_LENGTH: usize = 200;
/// The maximum length of all required questions together: the other half of the message is for the answers.
const REQUIRED_MAX_LENGTH: usize = MessageText::MAX_LENGTH / 2;

/// A questionnaire as an administrator submits it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Draft {
    /// Its id. Optional; if given, it must equal the id in the path.
    #[serde(default)]
    pub id: Option<String>,
    /// The version that the draft is based on. Optional; if given, it must be the current version.
    #[serde(default)]
    pub version: Option<u32>,
    /// Its title, also the title of its conversations: 1 to 200 characters.
    pub title: String,
    /// Its description: up to 1,000 characters.
    #[serde(default)]
    pub description: String,
    /// The questions, in order, each with its own link id.
    pub items: Vec<Item>,
    /// Whether patients can choose it. Defaults to true.
    #[serde(default = "yes")]
    pub active: bool,
    /// The type of its encounters. Defaults to the type in the settings.
    #[serde(default)]
    pub encounter_type: Option<String>,
    /// Its position in the list, lowest first. Defaults to its current position, or to the last for a new one.
    #[serde(default)]
    pub position: Option<u32>,
}

const fn yes() -> bool {
    true
}

/// Why a change of the catalogue is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Patients would have no questionnaire left to start a conversation with.
    #[error("no other questionnaire is active")]
    LastActive,
    /// The draft is based on another version than the current one.
    #[error("the questionnaire was changed meanwhile")]
    Changed,
    /// There is no such questionnaire.
    #[error("there is no such questionnaire")]
    Missing,
}

/// All questionnaires, in display order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue(Vec<Questionnaire>);

impl Draft {
    /// Validates and normalizes the draft.
    pub fn checked(mut self, id: QuestionnaireId) -> Result<Self, Fault> {
        if self.id.as_ref().is_some_and(|own| own.parse::<QuestionnaireId>() != Ok(id)) {
            return Err(Fault::new("id", "is not the id in the path"));
        }
        if self.version == Some(0) {
            return Err(Fault::new("version", "is not 1 or more"));
        }
        let title = Title::new(&self.title).map_err(|error| Fault::new("title", error))?;
        title.as_str().clone_into(&mut self.title);
        if !self.description.is_empty() {
            let description = multi_line(&self.description, DESCRIPTION_MAX_LENGTH);
            self.description = description.map_err(|error| Fault::new("description", error))?;
        }
        if let Some(encounter_type) = &mut self.encounter_type {
            let checked = one_line(encounter_type, ENCOUNTER_TYPE_MAX_LENGTH);
            *encounter_type = checked.map_err(|error| Fault::new("encounter_type", error))?;
        }
        if !(1..=MAX_ITEMS).contains(&self.items.len()) {
            return Err(Fault::new("items", format!("are not 1 to {MAX_ITEMS} questions")));
        }
        let mut known = HashSet::new();
        for (index, item) in self.items.iter_mut().enumerate() {
            let field = Field::named("items").at(index);
            check_item(item, &field)?;
            if !known.insert(item.link_id.clone()) {
                return Err(Fault::new(field.then("link_id"), "is another question's too"));
            }
        }
        let required = self.items.iter().filter(|item| item.required).map(|item| item.text.chars().count());
        if required.sum::<usize>() > REQUIRED_MAX_LENGTH {
            let detail = format!("ask required questions of more than {REQUIRED_MAX_LENGTH} characters together");
            return Err(Fault::new("items", detail));
        }
        Ok(self)
    }
}

fn check_item(item: &mut Item, field: &Field) -> Result<(), Fault> {
    let visible = item.link_id.bytes().all(|c| c.is_ascii_graphic());
    if !visible || !(1..=LINK_ID_MAX_LENGTH).contains(&item.link_id.len()) {
        let detail = format!("is not 1 to {LINK_ID_MAX_LENGTH} visible ASCII characters");
        return Err(Fault::new(field.then("link_id"), detail));
    }
    item.text = multi_line(&item.text, QUESTION_MAX_LENGTH).map_err(|error| Fault::new(field.then("text"), error))?;
    let options = field.then("options");
    if item.item_type != ItemType::Choice {
        return if item.options.is_empty() { Ok(()) } else { Err(Fault::new(options, "are for a `choice` only")) };
    }
    if !(1..=MAX_OPTIONS).contains(&item.options.len()) {
        return Err(Fault::new(options, format!("of a `choice` are not 1 to {MAX_OPTIONS}")));
    }
    let mut known = HashSet::new();
    for (index, option) in item.options.iter_mut().enumerate() {
        *option = one_line(option, OPTION_MAX_LENGTH).map_err(|error| Fault::new(options.at(index), error))?;
        if !known.insert(option.clone()) {
            return Err(Fault::new(options.at(index), "is given twice"));
        }
    }
    Ok(())
}

impl Catalogue {
    /// Sorts questionnaires into display order.
    pub fn new(mut questionnaires: Vec<Questionnaire>) -> Self {
        questionnaires.sort_by_key(|questionnaire| (questionnaire.position, questionnaire.id));
        Self(questionnaires)
    }

    /// The questionnaires that a role may see: administrators all, others only the active ones.
    pub fn shown_to(self, role: Role) -> Vec<Questionnaire> {
        self.0.into_iter().filter(|questionnaire| role == Role::Admin || questionnaire.active).collect()
    }

    /// The questionnaire with this id.
    pub fn get(&self, id: QuestionnaireId) -> Option<&Questionnaire> {
        self.0.iter().find(|questionnaire| questionnaire.id == id)
    }

    /// The new version that a draft creates. Returns `None` if it changes nothing. `last_version` is 0 for a new
    /// questionnaire; a removed one keeps counting.
    pub fn put(
        &self,
        id: QuestionnaireId,
        draft: &Draft,
        last_version: u32,
    ) -> Result<Option<Questionnaire>, CatalogueError> {
        let current = self.get(id);
        let last = || self.0.iter().map(|other| other.position).max().map_or(1, |last| last.saturating_add(1));
        let position = draft.position.or_else(|| current.map(|current| current.position)).unwrap_or_else(last);
        let mut new = Questionnaire {
            id,
            version: last_version,
            title: draft.title.clone(),
            description: draft.description.clone(),
            items: draft.items.clone(),
            active: draft.active,
            encounter_type: draft.encounter_type.clone(),
            position,
        };
        if current == Some(&new) {
            return Ok(None);
        }
        if draft.version.is_some_and(|base| current.map(|current| current.version) != Some(base)) {
            return Err(CatalogueError::Changed);
        }
        if !new.active {
            self.others_must_be_active(id)?;
        }
        new.version = last_version.saturating_add(1);
        Ok(Some(new))
    }

    /// Checks that a questionnaire may be removed.
    pub fn may_remove(&self, id: QuestionnaireId) -> Result<(), CatalogueError> {
        self.get(id).ok_or(CatalogueError::Missing)?;
        self.others_must_be_active(id)
    }

    /// Fails if `id` is the only active questionnaire.
    fn others_must_be_active(&self, id: QuestionnaireId) -> Result<(), CatalogueError> {
        let is_active = self.get(id).is_some_and(|own| own.active);
        let others_are_active = self.0.iter().any(|other| other.id != id && other.active);
        if is_active && !others_are_active { Err(CatalogueError::LastActive) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> QuestionnaireId {
        QuestionnaireId::new(Uuid::from_u128(number))
    }

    fn written() -> Value {
        json!({"title": " Ask ", "description": "For\r\nthis.", "items": [
            {"linkId": "kind", "text": "Which?", "type": "choice", "required": true, "options": [" A ", "B"]},
            {"linkId": "question", "text": "What?", "type": "text"},
        ]})
    }

    fn draft(changes: &Value) -> Draft {
        let mut body = written();
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        serde_json::from_value(body).unwrap()
    }

    fn checked(changes: &Value) -> Draft {
        draft(changes).checked(id(1)).unwrap()
    }

    #[test]
    fn drafts_are_normalized() {
        let draft = checked(&json!({"encounterType": " Imaging "}));
        assert_eq!((draft.title.as_str(), draft.description.as_str()), ("Ask", "For\nthis."));
        assert_eq!((draft.active, draft.encounter_type.as_deref()), (true, Some("Imaging")));
        assert_eq!(draft.items[0].options, ["A", "B"]);
        assert!(!draft.items[1].required);
    }

    #[test]
    fn every_fault_names_its_field() {
        let item = |changes: Value| {
            let mut item = json!({"linkId": "a", "text": "Which?", "type": "choice", "options": ["A"]});
            for (name, value) in changes.as_object().unwrap() {
                item[name] = value.clone();
            }
            json!({"items": [{"linkId": "x", "text": "First", "type": "boolean"}, item]})
        };
        let many = |count: usize| (0..count).map(|n| json!({"linkId": n.to_string(), "text": "?", "type": "text"}));
        let long = |count: usize| {
            let long = |n| json!({"linkId": format!("{n}"), "text": "x".repeat(500), "type": "text", "required": true});
            json!({"items": (0..count).map(long).collect::<Vec<_>>()})
        };
        let cases = [
            (json!({"id": Uuid::from_u128(2)}), "id"),
            (json!({"version": 0}), "version"),
            (json!({"title": " "}), "title"),
            (json!({"title": "x".repeat(201)}), "title"),
            (json!({"description": "x".repeat(1001)}), "description"),
            (json!({"description": "a\u{7}"}), "description"),
            (json!({"encounterType": ""}), "encounter_type"),
            (json!({"encounterType": "x".repeat(101)}), "encounter_type"),
            (json!({"items": []}), "items"),
            (json!({"items": many(51).collect::<Vec<_>>()}), "items"),
            (long(11), "items"),
            (item(json!({"linkId": ""})), "items[1].link_id"),
            (item(json!({"linkId": "a b"})), "items[1].link_id"),
            (item(json!({"linkId": "x".repeat(65)})), "items[1].link_id"),
            (item(json!({"linkId": "x"})), "items[1].link_id"),
            (item(json!({"text": ""})), "items[1].text"),
            (item(json!({"text": "x".repeat(501)})), "items[1].text"),
            (item(json!({"options": []})), "items[1].options"),
            (item(json!({"options": (0..51).map(|n| n.to_string()).collect::<Vec<_>>()})), "items[1].options"),
            (item(json!({"options": ["A", "B", " A"]})), "items[1].options[2]"),
            (item(json!({"options": ["A", " "]})), "items[1].options[1]"),
            (item(json!({"options": ["x".repeat(201)]})), "items[1].options[0]"),
            (item(json!({"type": "string"})), "items[1].options"),
        ];
        for (changes, field) in cases {
            assert_eq!(draft(&changes).checked(id(1)).unwrap_err().field.to_string(), field, "{changes}");
        }
        for good in [long(10), json!({"items": many(50).collect::<Vec<_>>()}), json!({"description": ""})] {
            checked(&good);
        }
    }

    /// The catalogue after a change.
    fn with(catalogue: &Catalogue, new: Questionnaire) -> Catalogue {
        let mut all: Vec<_> = catalogue.0.iter().filter(|other| other.id != new.id).cloned().collect();
        all.push(new);
        Catalogue::new(all)
    }

    #[test]
    fn each_change_creates_a_version_and_a_repeated_one_does_not() {
        let first = Catalogue::default().put(id(1), &checked(&json!({})), 0).unwrap().unwrap();
        assert_eq!((first.version, first.position), (1, 1));
        let catalogue = with(&Catalogue::default(), first);
        assert_eq!(catalogue.put(id(1), &checked(&json!({})), 1), Ok(None));
        let second = catalogue.put(id(1), &checked(&json!({"title": "B", "version": 1})), 1).unwrap().unwrap();
        assert_eq!((second.version, second.position), (2, 1), "it keeps its position");
        let catalogue = with(&catalogue, second);
        let late = checked(&json!({"title": "C", "version": 1}));
        assert_eq!(catalogue.put(id(1), &late, 2), Err(CatalogueError::Changed));
        let again = checked(&json!({"title": "B", "version": 1}));
        assert_eq!(catalogue.put(id(1), &again, 2), Ok(None), "a client repeats a request whose response was lost");
        let other = catalogue.put(id(2), &checked(&json!({})), 0).unwrap().unwrap();
        assert_eq!(other.position, 2, "new ones come last");
        let front = with(&catalogue, catalogue.put(id(3), &checked(&json!({"position": 0})), 4).unwrap().unwrap());
        assert_eq!(front.0.iter().map(|form| (form.id, form.version)).collect::<Vec<_>>(), [(id(3), 5), (id(1), 2)]);
    }

    #[test]
    fn the_last_active_questionnaire_can_not_be_removed_or_deactivated() {
        let put = |catalogue: &Catalogue, number: u128, active: bool| {
            catalogue.put(id(number), &checked(&json!({"active": active})), 0).map(Option::unwrap)
        };
        let none = Catalogue::default();
        let hidden = with(&none, put(&none, 1, false).unwrap());
        assert_eq!(hidden.may_remove(id(1)), Ok(()), "it was not active");
        let one = with(&hidden, put(&hidden, 2, true).unwrap());
        assert_eq!(put(&one, 2, false), Err(CatalogueError::LastActive));
        assert_eq!(one.may_remove(id(2)), Err(CatalogueError::LastActive));
        assert_eq!(one.may_remove(id(3)), Err(CatalogueError::Missing));
        let two = with(&one, put(&one, 3, true).unwrap());
        assert!(put(&two, 2, false).is_ok());
        assert_eq!(two.may_remove(id(2)), Ok(()));
        let seen = |role| two.clone().shown_to(role).iter().map(|form| form.id).collect::<Vec<_>>();
        assert_eq!(seen(Role::Patient), [id(2), id(3)]);
        assert_eq!(seen(Role::Admin), [id(1), id(2), id(3)]);
    }
}
