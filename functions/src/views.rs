//! What clients see: the API's types, made from the domain's.

use jiff::Timestamp;
use serde::Serialize;
use shared::domain::audit::{Action, AuditEvent, Entity};
use shared::domain::chart_item::{ChartContent, ChartItem};
use shared::domain::conversation::Conversation;
use shared::domain::encounter::{Encounter, EncounterStatus};
use shared::domain::entry::{Content, Entry, Number};
use shared::domain::lock::Status;
use shared::domain::patient::Patient;
use shared::domain::person::Side;
use shared::domain::questionnaire::QuestionnaireResponse;
use shared::domain::task::{Progress, Task, TaskStatus};
use shared::http::response::PersonView;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::attachment_views::AttachmentView;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Page)]
pub struct PageView<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Shown as `cursor`, brings the next page; `null` on the last one.
    pub next_cursor: Option<String>,
}

/// A conversation, as one caller sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Conversation)]
pub struct ConversationView {
    /// Its id.
    pub id: Uuid,
    /// The patient whom it is about.
    pub patient_id: Uuid,
    /// The chart's record of it.
    pub encounter_id: Uuid,
    /// Its title.
    #[schema(example = "Ask about a result")]
    pub title: String,
    /// Open or closed.
    pub status: Status,
    /// Whether it takes messages.
    pub can_reply: bool,
    /// Why it takes none: `conversation-closed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "conversation-closed")]
    pub reason: Option<&'static str>,
    /// The number of its last entry; 0 while it has none.
    #[schema(value_type = u64)]
    pub last_number: Number,
    /// When the last message was stored; `null` while there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_message_at: Option<Timestamp>,
    /// The beginning of the last message, on one line.
    pub last_message_preview: Option<String>,
    /// Whether the other side wrote something that the caller has not read.
    pub unread: bool,
    /// Since when the patient waits for an answer, where they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub awaiting_reply_since: Option<Timestamp>,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Who began it.
    pub created_by: PersonView,
    /// Who closed it, while it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<PersonView>,
    /// Grows by one at each closing and reopening.
    pub lock_version: u64,
}

impl ConversationView {
    /// A conversation as someone on `side` sees it who has read up to `cursor`.
    pub fn of(head: &Conversation, side: Side, cursor: Number) -> Self {
        let open = head.status() == Status::Open;
        Self {
            id: head.id.uuid(),
            patient_id: head.patient_id.uuid(),
            encounter_id: head.encounter_id.uuid(),
            title: head.title.as_str().to_owned(),
            status: head.status(),
            can_reply: open,
            reason: (!open).then_some("conversation-closed"),
            last_number: head.last_number,
            last_message_at: head.last_message.as_ref().map(|message| message.at),
            last_message_preview: head.last_message.as_ref().map(|message| message.preview.clone()),
            unread: head.unread(side, cursor),
            awaiting_reply_since: head.awaiting_reply_since,
            created_at: head.created_at,
            created_by: PersonView::of(&head.created_by),
            closed_by: (!open).then(|| PersonView::of(&head.lock.changed_by)),
            lock_version: head.lock.version.get(),
        }
    }
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A message.
    Message,
    /// A closing or reopening.
    Status,
}

/// An entry of a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Entry)]
pub struct EntryView {
    /// Its place: 1, 2, 3 ... without gaps.
    #[schema(value_type = u64)]
    pub number: Number,
    /// What it is.
    pub kind: EntryKind,
    /// The message's id, made by the client that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Who wrote it, or who closed or reopened.
    pub sender: PersonView,
    /// The message's text; empty where its images say it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The message's images, and how far each has come.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub attachments: Vec<AttachmentView>,
    /// The answered questionnaire, on the first message of a chat that began with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub questionnaire_response: Option<QuestionnaireResponse>,
    /// What the conversation became, on a status entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// When it was stored.
    #[schema(value_type = String, format = DateTime)]
    pub sent_at: Timestamp,
}

impl EntryView {
    /// An entry as participants see it now.
    pub fn of(entry: &Entry, now: Timestamp) -> Self {
        let base = Self {
            number: entry.number,
            kind: EntryKind::Status,
            id: None,
            sender: PersonView::of(&entry.sender),
            text: None,
            attachments: Vec::new(),
            questionnaire_response: None,
            status: None,
            sent_at: entry.sent_at,
        };
        match &entry.content {
            Content::Status(version) => Self { status: Some(version.status()), ..base },
            Content::Message { id, text, response, attachments } => Self {
                kind: EntryKind::Message,
                id: Some(id.uuid()),
                text: Some(text.as_str().to_owned()),
                attachments: attachments.iter().map(|it| AttachmentView::of(*it, entry.sent_at, now)).collect(),
                questionnaire_response: response.clone(),
                ..base
            },
        }
    }
}

/// A period (FHIR R4 `Period`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Period)]
pub struct PeriodView {
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// When it ended, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub end: Option<Timestamp>,
}

/// A status that an encounter had or has, for how long, and who brought it there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StatusPeriod)]
pub struct StatusPeriodView {
    /// The status.
    pub status: EncounterStatus,
    /// From when to when; without an end while it lasts.
    pub period: PeriodView,
    /// Who brought it there.
    pub changed_by: PersonView,
}

/// An order of an encounter.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Order)]
pub struct OrderView {
    /// Its id.
    pub id: Uuid,
    /// What is ordered.
    #[schema(example = "Potassium, fasting, within a week")]
    pub text: String,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Who added it.
    pub created_by: PersonView,
}

impl OrderView {
    /// An order, if that is what was added.
    pub fn of(item: &ChartItem) -> Option<Self> {
        let ChartContent::Order(text) = &item.content else { return None };
        let (text, created_by) = (text.clone(), PersonView::of(&item.created_by));
        Some(Self { id: item.id.uuid(), text, created_at: item.created_at, created_by })
    }
}

/// A document linked to an encounter.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Document)]
pub struct DocumentView {
    /// Its id.
    pub id: Uuid,
    /// Its title.
    #[schema(example = "Laboratory report")]
    pub title: String,
    /// Where it is.
    #[schema(example = "https://records.example.org/reports/42")]
    pub url: String,
    /// When it was linked.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Who linked it.
    pub created_by: PersonView,
}

impl DocumentView {
    /// A document, if that is what was added.
    pub fn of(item: &ChartItem) -> Option<Self> {
        let ChartContent::Document { title, url } = &item.content else { return None };
        let (title, url, created_by) = (title.clone(), url.clone(), PersonView::of(&item.created_by));
        Some(Self { id: item.id.uuid(), title, url, created_at: item.created_at, created_by })
    }
}

/// An encounter (FHIR R4 `Encounter`, class `VR`).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Encounter)]
pub struct EncounterView {
    /// Its id.
    pub id: Uuid,
    /// Whose chart it stands in.
    pub patient_id: Uuid,
    /// The conversation that it records.
    pub conversation_id: Uuid,
    /// Its type, as text.
    #[serde(rename = "type")]
    #[schema(example = "Results")]
    pub encounter_type: String,
    /// Its status.
    pub status: EncounterStatus,
    /// Whether it is archived: finishing archives it, reopening takes it back out.
    pub archived: bool,
    /// From when to when.
    pub period: PeriodView,
    /// Every status it had, oldest first; the last one is the present one.
    pub status_history: Vec<StatusPeriodView>,
    /// Its orders.
    pub orders: Vec<OrderView>,
    /// The documents linked to it.
    pub documents: Vec<DocumentView>,
}

impl EncounterView {
    /// An encounter, with what was added to it, as clinicians see it.
    pub fn of(encounter: &Encounter, added: &[ChartItem]) -> Self {
        let changes = encounter.lock.changes();
        let ends = changes.iter().skip(1).map(|change| Some(change.changed_at)).chain([None]);
        let history = changes.iter().zip(ends).map(|(change, end)| StatusPeriodView {
            status: change.status().into(),
            period: PeriodView { start: change.changed_at, end },
            changed_by: PersonView::of(&change.changed_by),
        });
        let finished = encounter.archived().then(|| encounter.lock.current().changed_at);
        Self {
            id: encounter.id.uuid(),
            patient_id: encounter.patient_id.uuid(),
            conversation_id: encounter.conversation_id.uuid(),
            encounter_type: encounter.encounter_type.clone(),
            status: encounter.status(),
            archived: encounter.archived(),
            period: PeriodView { start: encounter.created_at, end: finished },
            status_history: history.collect(),
            orders: added.iter().filter_map(OrderView::of).collect(),
            documents: added.iter().filter_map(DocumentView::of).collect(),
        }
    }
}

/// A task (FHIR R4 `Task`): answer this chat.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Task)]
pub struct TaskView {
    /// Its id.
    pub id: Uuid,
    /// How far it has come.
    pub status: TaskStatus,
    /// Whose tasklist it is on.
    #[schema(example = "clinic")]
    pub pool: String,
    /// The chat to answer.
    pub conversation_id: Uuid,
    /// The patient who waits.
    pub patient_id: Uuid,
    /// The patient's name.
    pub patient_name: String,
    /// The chat's title.
    pub title: String,
    /// The number of the message that opened it.
    #[schema(value_type = u64)]
    pub opened_by_number: Number,
    /// The user id of who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "clinician-a")]
    pub owner: Option<String>,
    /// The name of who works on it, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub completed_at: Option<Timestamp>,
    /// Who completed it, or who closed its conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_by: Option<PersonView>,
    /// The number of the message that answered it, where there was one when it was completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub answered_by_number: Option<Number>,
}

impl TaskView {
    /// A task as clinicians see it.
    pub fn of(task: &Task) -> Self {
        let completion = match &task.progress {
            Progress::Completed(completion, _) => Some(completion),
            Progress::Requested | Progress::InProgress(_) => None,
        };
        Self {
            id: task.id.uuid(),
            status: task.status(),
            pool: task.pool.clone(),
            conversation_id: task.conversation_id.uuid(),
            patient_id: task.patient_id.uuid(),
            patient_name: task.patient_name.clone(),
            title: task.title.clone(),
            opened_by_number: task.opened_by_number,
            owner: task.owner().map(|owner| owner.user_id.to_string()),
            owner_name: task.owner().and_then(|owner| owner.name.clone()),
            created_at: task.created_at,
            completed_at: completion.map(|completion| completion.at),
            completed_by: completion.map(|completion| PersonView::of(&completion.by)),
            answered_by_number: completion.and_then(|completion| completion.answered_by),
        }
    }
}

/// A patient.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Patient)]
pub struct PatientView {
    /// Their id.
    pub id: Uuid,
    /// Their name.
    #[schema(example = "Ana Patient")]
    pub name: String,
    /// Their birth date.
    #[schema(value_type = String, format = Date, example = "1980-02-29")]
    pub birth_date: jiff::civil::Date,
    /// The number of their medical record.
    #[schema(example = "MRN-0042")]
    pub record_number: String,
}

impl PatientView {
    /// A patient as they and clinicians see them.
    pub fn of(patient: &Patient) -> Self {
        Self {
            id: patient.id.uuid(),
            name: patient.name.clone(),
            birth_date: patient.birth_date,
            record_number: patient.record_number.clone(),
        }
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
    pub action: Action,
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
            action: event.action,
            conversation_id,
            attachment_id,
            encounter_id,
            source: with_source.then_some(source),
        }
    }
}
