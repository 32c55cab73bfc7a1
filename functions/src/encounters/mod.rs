//! Encounters: the chart's record of a conversation, with its orders and documents.

use crate::runtime::list::routes;

pub mod added;
pub mod create_order;
pub mod get_encounter;
pub mod link_document;
pub mod list_encounters;
pub mod set_encounter_status;
pub mod view;

routes!(encounters: list_encounters, get_encounter, set_encounter_status, create_order, link_document);
