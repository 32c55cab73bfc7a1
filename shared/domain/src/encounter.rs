//! Encounters: the chart's record of a conversation, 1:1 with it (FHIR R4 `Encounter`, class `VR`).

use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::chart_item::ChartCounts;
use super::conversation::Conversation;
use super::ids::{ConversationId, EncounterId, PatientId};
use super::lock::{LockHistory, Status};
use super::person::Person;

/// FHIR's status of an encounter, as far as this system uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncounterStatus {
    /// Its conversation is open.
    InProgress,
    /// Its conversation is closed; the encounter is archived.
    Finished,
}

impl From<Status> for EncounterStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Open => Self::InProgress,
            Status::Closed => Self::Finished,
        }
    }
}

impl From<EncounterStatus> for Status {
    fn from(status: EncounterStatus) -> Self {
        match status {
            EncounterStatus::InProgress => Self::Open,
            EncounterStatus::Finished => Self::Closed,
        }
    }
}

/// An encounter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encounter {
    /// Its id.
    pub id: EncounterId,
    /// Whose chart it stands in.
    pub patient_id: PatientId,
    /// The conversation that it records.
    pub conversation_id: ConversationId,
    /// FHIR's `Encounter.type` as text: "Results" unless the settings say otherwise.
    pub encounter_type: String,
    /// Its status, with its history.
    pub lock: LockHistory,
    /// How many orders and linked documents it has.
    pub chart_counts: ChartCounts,
    /// When it began.
    pub created_at: Timestamp,
}

impl Encounter {
    /// The encounter of a conversation that has just begun.
    pub fn begin(conversation: &Conversation, encounter_type: String) -> Self {
        Self {
            id: conversation.encounter_id,
            patient_id: conversation.patient_id,
            conversation_id: conversation.id,
            encounter_type,
            lock: LockHistory::opened(conversation.created_by.clone(), conversation.created_at),
            chart_counts: ChartCounts::default(),
            created_at: conversation.created_at,
        }
    }

    /// Its status.
    pub fn status(&self) -> EncounterStatus {
        self.lock.current().status().into()
    }

    /// Whether it is archived: finishing archives, reopening takes it back out.
    pub fn archived(&self) -> bool {
        self.status() == EncounterStatus::Finished
    }

    /// The encounter in `status`, or nothing where it stands there already.
    pub fn set_status(&self, status: EncounterStatus, by: &Person, at: Timestamp) -> Option<Self> {
        let lock = self.lock.set(status.into(), by, at)?;
        Some(Self { lock, ..self.clone() })
    }
}
