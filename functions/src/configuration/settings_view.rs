//! The settings as clients send and see them.

use domain::settings::{AttachmentSettings, Settings, TaskingSettings};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The settings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Settings)]
pub struct SettingsView {
    /// The label of the portal's button that begins a chat: 1 to {max} characters.
    #[schema(example = "Send a message", min_length = 1)]
    send_message_label: String,
    /// The type of the encounters that record conversations (FHIR's `Encounter.type` as text): 1 to {max} characters.
    #[schema(example = "Results", min_length = 1)]
    encounter_type: String,
    /// What may be attached to a message.
    attachments: AttachmentSettingsView,
    /// Whether and where questions become tasks.
    tasking: TaskingSettingsView,
}

/// What may be attached to a message.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AttachmentSettings)]
pub struct AttachmentSettingsView {
    /// The largest upload, in bytes; at most 20 MiB.
    #[schema(example = 10_485_760, minimum = 1, maximum = 20_971_520)]
    max_bytes: u64,
    /// The media types taken: different ones of `image/jpeg`, `image/png`, `image/webp` and `image/gif`.
    #[schema(example = json!(["image/jpeg", "image/png"]), min_items = 1)]
    content_types: Vec<String>,
}

/// Whether and where questions become tasks.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = TaskingSettings)]
pub struct TaskingSettingsView {
    /// Whether a patient's unanswered message opens a task.
    enabled: bool,
    /// The pool whose tasklist it appears on: 1 to {max} characters.
    #[schema(example = "clinic", min_length = 1)]
    pool: String,
}

impl From<Settings> for SettingsView {
    fn from(settings: Settings) -> Self {
        let AttachmentSettings { max_bytes, content_types } = settings.attachments;
        let TaskingSettings { enabled, pool } = settings.tasking;
        Self {
            send_message_label: settings.send_message_label,
            encounter_type: settings.encounter_type,
            attachments: AttachmentSettingsView { max_bytes, content_types },
            tasking: TaskingSettingsView { enabled, pool },
        }
    }
}

impl From<SettingsView> for Settings {
    fn from(view: SettingsView) -> Self {
        let AttachmentSettingsView { max_bytes, content_types } = view.attachments;
        let TaskingSettingsView { enabled, pool } = view.tasking;
        Self {
            send_message_label: view.send_message_label,
            encounter_type: view.encounter_type,
            attachments: AttachmentSettings { max_bytes, content_types },
            tasking: TaskingSettings { enabled, pool },
        }
    }
}
