//! Settings: what an administrator decides for the whole deployment.

use serde::{Deserialize, Serialize};

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The label of the portal's button that begins a chat.
    #[schema(example = "Send a message")]
    pub send_message_label: String,
    /// The type of the encounters that record conversations (FHIR's `Encounter.type` as text).
    #[schema(example = "Results")]
    pub encounter_type: String,
    /// What may be attached to a message.
    pub attachments: AttachmentSettings,
    /// Whether and where questions become tasks.
    pub tasking: TaskingSettings,
}

/// What may be attached to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttachmentSettings {
    /// The largest upload, in bytes.
    #[schema(example = 10_485_760)]
    pub max_bytes: u64,
    /// The media types taken.
    #[schema(example = json!(["image/jpeg", "image/png"]))]
    pub content_types: Vec<String>,
}

/// Whether and where questions become tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskingSettings {
    /// Whether a patient's unanswered message opens a task.
    pub enabled: bool,
    /// The pool whose tasklist it appears on.
    #[schema(example = "clinic")]
    pub pool: String,
}

impl Default for Settings {
    /// What holds until an administrator decides otherwise.
    fn default() -> Self {
        Self {
            send_message_label: "Send a message".into(),
            encounter_type: "Results".into(),
            attachments: AttachmentSettings {
                max_bytes: 10 * 1024 * 1024,
                content_types: ["image/jpeg", "image/png", "image/webp", "image/gif"].map(String::from).to_vec(),
            },
            tasking: TaskingSettings { enabled: true, pool: "clinic".into() },
        }
    }
}
