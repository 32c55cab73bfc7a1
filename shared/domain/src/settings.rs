//! Settings: what administrators configure for the whole deployment.

use serde::{Deserialize, Serialize};

use crate::encounter::ENCOUNTER_TYPE_MAX_LENGTH;
use crate::fault::{Fault, Field};
use crate::text::one_line;

/// The maximum length of the portal's button label, in characters.
pub const LABEL_MAX_LENGTH: usize = 60;
/// The maximum length of a pool's name, in characters.
pub const POOL_MAX_LENGTH: usize = 64;
/// The highest upload limit that can be set, in bytes.
const UPLOAD_LIMIT: u64 = 20 * 1024 * 1024;
/// The media types that can be allowed.
const CONTENT_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "image/gif"];

/// The maximum number of allowed media types: each of them once.
pub const MAX_CONTENT_TYPES: usize = CONTENT_TYPES.len();

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The label of the portal's button that starts a conversation: 1 to 60 characters.
    pub send_message_label: String,
    /// The default type of encounters (FHIR's `Encounter.type` as text): 1 to 100 characters.
    pub encounter_type: String,
    /// Which images can be attached to messages.
    pub attachments: AttachmentSettings,
    /// Whether and where messages create tasks.
    pub tasking: TaskingSettings,
}

/// Which images can be attached to messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttachmentSettings {
    /// The maximum size of an upload, in bytes; at most 20 MiB.
    pub max_bytes: u64,
    /// The allowed media types: any of `image/jpeg`, `image/png`, `image/webp` and `image/gif`, without repetition.
    pub content_types: Vec<String>,
}

/// Whether and where messages create tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskingSettings {
    /// Whether a patient's unanswered message creates a task.
    pub enabled: bool,
    /// The pool whose tasklist the task is on: 1 to 64 characters.
    pub pool: String,
}

impl Default for Settings {
    /// The settings of a new deployment.
    fn default() -> Self {
        Self {
            send_message_label: "Send a message".into(),
            encounter_type: "Results".into(),
            attachments: AttachmentSettings {
                max_bytes: 10 * 1024 * 1024,
                content_types: CONTENT_TYPES.map(String::from).to_vec(),
            },
            tasking: TaskingSettings { enabled: true, pool: "clinic".into() },
        }
    }
}

impl Settings {
    /// Validates and normalizes the settings.
    pub fn checked(mut self) -> Result<Self, Fault> {
        let attachments = Field::named("attachments");
        for (text, field, max) in [
            (&mut self.send_message_label, Field::named("send_message_label"), LABEL_MAX_LENGTH),
            (&mut self.encounter_type, Field::named("encounter_type"), ENCOUNTER_TYPE_MAX_LENGTH),
            (&mut self.tasking.pool, Field::named("tasking").then("pool"), POOL_MAX_LENGTH),
        ] {
            *text = one_line(text, max).map_err(|error| Fault::new(field, error))?;
        }
        let AttachmentSettings { max_bytes, content_types } = &self.attachments;
        if !(1..=UPLOAD_LIMIT).contains(max_bytes) {
            return Err(Fault::new(attachments.then("max_bytes"), format!("is not from 1 to {UPLOAD_LIMIT}")));
        }
        let types = attachments.then("content_types");
        if content_types.is_empty() {
            return Err(Fault::new(types, "is empty"));
        }
        for (index, content_type) in content_types.iter().enumerate() {
            let fault = |detail| Fault::new(types.at(index), detail);
            if !CONTENT_TYPES.contains(&content_type.as_str()) {
                return Err(fault("is not image/jpeg, image/png, image/webp or image/gif"));
            }
            if content_types[..index].contains(content_type) {
                return Err(fault("is given twice"));
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn with(pointer: &str, value: Value) -> Settings {
        let mut settings = serde_json::to_value(Settings::default()).unwrap();
        *settings.pointer_mut(pointer).unwrap() = value;
        serde_json::from_value(settings).unwrap()
    }

    #[test]
    fn every_fault_names_its_field() {
        assert_eq!(Settings::default().checked(), Ok(Settings::default()));
        let types = "/attachments/contentTypes";
        let cases = [
            ("/sendMessageLabel", json!(" "), "send_message_label"),
            ("/sendMessageLabel", json!("x".repeat(61)), "send_message_label"),
            ("/sendMessageLabel", json!("a\nb"), "send_message_label"),
            ("/encounterType", json!(""), "encounter_type"),
            ("/encounterType", json!("x".repeat(101)), "encounter_type"),
            ("/tasking/pool", json!(""), "tasking.pool"),
            ("/tasking/pool", json!("x".repeat(65)), "tasking.pool"),
            ("/attachments/maxBytes", json!(0), "attachments.max_bytes"),
            ("/attachments/maxBytes", json!(UPLOAD_LIMIT + 1), "attachments.max_bytes"),
            (types, json!([]), "attachments.content_types"),
            (types, json!(["image/png", "image/svg+xml"]), "attachments.content_types[1]"),
            (types, json!(["image/png", "image/gif", "image/png"]), "attachments.content_types[2]"),
        ];
        for (pointer, value, fault) in cases {
            assert_eq!(
                with(pointer, value.clone()).checked().unwrap_err().field.to_string(),
                fault,
                "{pointer}: {value}"
            );
        }
        for (pointer, value) in [
            ("/attachments/maxBytes", json!(UPLOAD_LIMIT)),
            ("/attachments/maxBytes", json!(1)),
            (types, json!(["image/gif"])),
        ] {
            assert!(with(pointer, value).checked().is_ok(), "{pointer}");
        }
        assert_eq!(with("/tasking/pool", json!(" eyes ")).checked().unwrap().tasking.pool, "eyes");
    }
}
