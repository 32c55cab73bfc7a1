//! The Lambda functions: one module per route and per trigger, each read as a table of contents.
//!
//! A binary is one line that calls its module's `run`. Code is generated once, here; binaries only link.

pub mod added;
pub mod attachment_views;
pub mod aws;
pub mod contact_view;
pub mod deps;
pub mod openapi;
pub mod routes;
pub mod serve;
pub mod stream;
pub mod views;

pub mod add_claims;
pub mod create_attachment;
pub mod create_conversation;
pub mod create_order;
pub mod delete_questionnaire;
pub mod get_attachment;
pub mod get_conversation;
pub mod get_encounter;
pub mod get_health;
pub mod get_me;
pub mod get_notifications;
pub mod get_openapi;
pub mod get_patient;
pub mod get_questionnaire;
pub mod get_settings;
pub mod inspect_attachment;
pub mod link_document;
pub mod list_access_log;
pub mod list_conversations;
pub mod list_encounters;
pub mod list_messages;
pub mod list_questionnaires;
pub mod list_tasks;
pub mod mark_read;
pub mod mark_unread;
pub mod notify;
pub mod project_changes;
pub mod put_notifications;
pub mod put_patient;
pub mod put_questionnaire;
pub mod put_settings;
pub mod refuse_route;
pub mod search_patients;
pub mod send_message;
pub mod set_conversation_status;
pub mod set_encounter_status;
pub mod update_task;
