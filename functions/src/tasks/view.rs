//! A task as clients see it.

use domain::ids::EntryNumber;
use domain::task::{Progress, Task, TaskStatus};
use jiff::Timestamp;
use serde::Serialize;
use shared::api_enum;
use shared::http::response::PersonView;
use utoipa::ToSchema;
use uuid::Uuid;

api_enum! {
    /// FHIR's status of a task, as far as this system uses it.
    #[serde(rename_all = "kebab-case")]
    #[schema(as = TaskStatus)]
    pub enum TaskStatusView of TaskStatus {
        /// Nobody has taken it yet.
        Requested,
        /// Its owner is at it.
        InProgress,
        /// Done.
        Completed,
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
    pub status: TaskStatusView,
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
    pub opened_by_number: EntryNumber,
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
    pub answered_by_number: Option<EntryNumber>,
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
            status: task.status().into(),
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
