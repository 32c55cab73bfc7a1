//! Settings: what an administrator decides for the whole deployment.

use serde::{Deserialize, Serialize};

use super::catalogue::ENCOUNTER_TYPE_MAX_LENGTH;
use super::fault::{Fault, Field};
use super::text::one_line;

/// The longest label of the portal's button.
pub const LABEL_MAX_LENGTH: usize = 60;
/// The longest name of a pool.
pub const POOL_MAX_LENGTH: usize = 64;
/// The largest upload that can be allowed, in bytes.
const MOST_BYTES: u64 = 20 * 1024 * 1024;
/// The media types that can be taken.
const CONTENT_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "image/gif"];

/// The most media types of the settings: each of them once.
pub const MAX_CONTENT_TYPES: usize = CONTENT_TYPES.len();

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The label of the portal's button that begins a chat: 1 to 60 characters.
    pub send_message_label: String,
    /// The type of the encounters that record conversations (FHIR's `Encounter.type` as text): 1 to 100 characters.
    pub encounter_type: String,
    /// What may be attached to a message.
    pub attachments: AttachmentSettings,
    /// Whether and where questions become tasks.
    pub tasking: TaskingSettings,
}

/// What may be attached to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttachmentSettings {
    /// The largest upload, in bytes; at most 20 MiB.
    pub max_bytes: u64,
    /// The media types taken: different ones of `image/jpeg`, `image/png`, `image/webp` and `image/gif`.
    pub content_types: Vec<String>,
}

/// Whether and where questions become tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskingSettings {
    /// Whether a patient's unanswered message opens a task.
    pub enabled: bool,
    /// The pool whose tasklist it appears on: 1 to 64 characters.
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
                content_types: CONTENT_TYPES.map(String::from).to_vec(),
            },
            tasking: TaskingSettings { enabled: true, pool: "clinic".into() },
        }
    }
}

impl Settings {
    /// Checks everything that an administrator writes, and brings it to the form kept.
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
        if !(1..=MOST_BYTES).contains(max_bytes) {
            return Err(Fault::new(attachments.then("max_bytes"), format!("is not from 1 to {MOST_BYTES}")));
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
    fn every_fault_says_where_it_is() {
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
            ("/attachments/maxBytes", json!(MOST_BYTES + 1), "attachments.max_bytes"),
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
            ("/attachments/maxBytes", json!(MOST_BYTES)),
            ("/attachments/maxBytes", json!(1)),
            (types, json!(["image/gif"])),
        ] {
            assert!(with(pointer, value).checked().is_ok(), "{pointer}");
        }
        assert_eq!(with("/tasking/pool", json!(" eyes ")).checked().unwrap().tasking.pool, "eyes");
    }
}
