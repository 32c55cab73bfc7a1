//! An audit event as clients see it.

use domain::audit::{Action, AuditEvent, Entity};
use jiff::Timestamp;
use serde::Serialize;
use shared::api_enum;
use shared::http::response::PersonView;
use utoipa::ToSchema;
use uuid::Uuid;

api_enum! {
    /// What was done.
    #[serde(rename_all = "kebab-case")]
    #[schema(as = Action)]
    pub enum ActionView of Action {
        /// Saw the list of the patient's conversations, or searched it.
        ListConversations,
        /// Began a conversation.
        CreateConversation,
        /// Saw a conversation.
        ReadConversation,
        /// Sent a message.
        SendMessage,
        /// Closed a conversation.
        CloseConversation,
        /// Reopened a conversation.
        ReopenConversation,
        /// Uploaded an image.
        CreateAttachment,
        /// Saw an image.
        ReadAttachment,
        /// Saw the list of the patient's encounters.
        ListEncounters,
        /// Saw an encounter.
        ReadEncounter,
        /// Finished an encounter, which closes its conversation.
        FinishEncounter,
        /// Resumed an encounter, which reopens its conversation.
        ResumeEncounter,
        /// Added an order to an encounter.
        CreateOrder,
        /// Linked a document to an encounter.
        LinkDocument,
    }
}

/// Where a request came from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Source)]
pub struct SourceView {
    /// The network address, as the gateway saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "203.0.113.7")]
    pub address: Option<String>,
    /// The request's id, which the function's log line has too.
    pub request_id: String,
}

/// Who of the staff saw or did what (FHIR R4 `AuditEvent`).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEvent)]
pub struct AuditEventView {
    /// Its id.
    pub id: Uuid,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
    /// Who.
    pub agent: PersonView,
    /// What was done.
    pub action: ActionView,
    /// To which conversation, where it was one, or an attachment of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<Uuid>,
    /// To which attachment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment_id: Option<Uuid>,
    /// To which encounter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encounter_id: Option<Uuid>,
    /// From where; for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceView>,
}

impl AuditEventView {
    /// An event as its patient sees it, or, with its source, an administrator.
    pub fn of(event: &AuditEvent, with_source: bool) -> Self {
        let (conversation_id, attachment_id, encounter_id) = match event.entity {
            Entity::Patient => (None, None, None),
            Entity::Conversation(id) => (Some(id.uuid()), None, None),
            Entity::Attachment(id, attachment) => (Some(id.uuid()), Some(attachment.uuid()), None),
            Entity::Encounter(id) => (None, None, Some(id.uuid())),
        };
        let source = SourceView { address: event.source.address.clone(), request_id: event.source.request_id.clone() };
        Self {
            id: event.id.uuid(),
            recorded_at: event.recorded_at,
            agent: PersonView::of(&event.agent),
            action: event.action.into(),
            conversation_id,
            attachment_id,
            encounter_id,
            source: with_source.then_some(source),
        }
    }
}
