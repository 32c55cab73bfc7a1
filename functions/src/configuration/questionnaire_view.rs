//! Questionnaires as clients see them, and as administrators write them.

use domain::catalogue::Draft;
use domain::questionnaire::{Item, ItemType, Questionnaire};
use serde::{Deserialize, Serialize};
use shared::api_enum;
use utoipa::ToSchema;
use uuid::Uuid;

api_enum! {
    /// What kind of answer a question takes.
    #[serde(rename_all = "lowercase")]
    #[schema(as = ItemType)]
    pub enum ItemTypeView of ItemType {
        /// One line of text.
        String,
        /// Several lines of text.
        Text,
        /// Yes or no.
        Boolean,
        /// One of the options.
        Choice,
    }
}

/// A question.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Item)]
pub struct ItemView {
    /// Names the question within its questionnaire.
    #[schema(example = "question", pattern = "^[!-~]{1,64}$")]
    link_id: String,
    /// The question, as asked.
    #[schema(example = "What would you like to know?", min_length = 1)]
    text: String,
    /// The kind of answer.
    #[serde(rename = "type")]
    item_type: ItemTypeView,
    /// Whether it must be answered.
    #[serde(default)]
    required: bool,
    /// What a `choice` chooses from: 1 to {max} different ones of 1 to {each} characters. Other questions have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    options: Vec<String>,
}

/// A form that a patient picks to begin a chat.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Questionnaire)]
pub struct QuestionnaireView {
    /// Its id.
    id: Uuid,
    /// Its version: 1, 2, 3 ... A version never changes.
    #[schema(example = 1, minimum = 1)]
    version: u32,
    /// Its title, which becomes the conversation's.
    #[schema(example = "Ask about a result")]
    title: String,
    /// What it is for.
    #[schema(example = "For questions about a laboratory or imaging result.")]
    description: String,
    /// The questions, in order.
    items: Vec<ItemView>,
    /// Whether patients can pick it.
    active: bool,
    /// The type of the encounters that it begins, where it is not the settings'.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Results")]
    encounter_type: Option<String>,
    /// Its place among the others, smallest first.
    #[schema(format = "uint32", example = 1)]
    position: u32,
}

/// A questionnaire, as an administrator writes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuestionnaireDraft {
    /// The id in the path, if it is given here too.
    #[serde(default)]
    #[schema(format = Uuid)]
    id: Option<String>,
    /// The version that this was made from; refused if it is not the present one any more. Optional.
    #[serde(default)]
    #[schema(format = "uint32", minimum = 1)]
    version: Option<u32>,
    /// Its title, which becomes the conversation's: 1 to {max} characters.
    #[schema(example = "Ask about a result", min_length = 1)]
    title: String,
    /// What it is for: up to {max} characters.
    #[serde(default)]
    #[schema(example = "For questions about a laboratory or imaging result.")]
    description: String,
    /// The questions, in order; their link ids differ.
    #[schema(min_items = 1)]
    items: Vec<ItemView>,
    /// Whether patients can pick it; they can unless this says otherwise.
    #[serde(default = "yes")]
    #[schema(default = true)]
    active: bool,
    /// The type of the encounters that it begins; the settings' unless given.
    #[serde(default)]
    #[schema(example = "Results", min_length = 1)]
    encounter_type: Option<String>,
    /// Its place among the others, smallest first; it keeps its place, and a new one is the last, unless given.
    #[serde(default)]
    #[schema(format = "uint32", example = 1)]
    position: Option<u32>,
}

const fn yes() -> bool {
    true
}

impl From<Item> for ItemView {
    fn from(Item { link_id, text, item_type, required, options }: Item) -> Self {
        Self { link_id, text, item_type: item_type.into(), required, options }
    }
}

impl From<ItemView> for Item {
    fn from(ItemView { link_id, text, item_type, required, options }: ItemView) -> Self {
        Self { link_id, text, item_type: item_type.into(), required, options }
    }
}

impl From<Questionnaire> for QuestionnaireView {
    fn from(form: Questionnaire) -> Self {
        let Questionnaire { id, version, title, description, items, active, encounter_type, position } = form;
        let items = items.into_iter().map(ItemView::from).collect();
        Self { id: id.uuid(), version, title, description, items, active, encounter_type, position }
    }
}

impl From<QuestionnaireDraft> for Draft {
    fn from(draft: QuestionnaireDraft) -> Self {
        let QuestionnaireDraft { id, version, title, description, items, active, encounter_type, position } = draft;
        let items = items.into_iter().map(Item::from).collect();
        Self { id, version, title, description, items, active, encounter_type, position }
    }
}
