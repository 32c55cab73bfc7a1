//! Settings and questionnaires: what administrators decide.

use crate::runtime::list::routes;

pub mod delete_questionnaire;
pub mod get_questionnaire;
pub mod get_settings;
pub mod list_questionnaires;
pub mod put_questionnaire;
pub mod put_settings;
pub mod questionnaire_view;
pub mod settings_view;

routes!(configuration: get_settings, put_settings, list_questionnaires, get_questionnaire, put_questionnaire, delete_questionnaire);
