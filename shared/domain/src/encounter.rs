//! Encounters: the chart's record of a conversation, one for each (FHIR R4 `Encounter`, class `VR`).

use serde::{Deserialize, Serialize};

use crate::access::Denied;
use crate::conversation::Conversation;
use crate::ids::{ConversationId, EncounterId, PatientId};
use crate::lock::{LockHistory, Status};
use crate::person::{Caller, Person};
use crate::time::Timestamp;

/// The maximum length of an encounter's type, in characters.
pub const ENCOUNTER_TYPE_MAX_LENGTH: usize = 100;

/// The status of an encounter: the two of FHIR's codes that this system uses.
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

/// How many items clinicians have added to an encounter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChartCounts {
    /// The number of orders.
    pub orders: u32,
    /// The number of linked documents.
    pub documents: u32,
}

/// An encounter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encounter {
    /// Its id.
    pub id: EncounterId,
    /// The patient whose chart it belongs to.
    pub patient_id: PatientId,
    /// The conversation that it records.
    pub conversation_id: ConversationId,
    /// Its type (FHIR's `Encounter.type` as text), from the questionnaire or the settings.
    pub encounter_type: String,
    /// Its status and status history.
    pub lock: LockHistory,
    /// How many orders and linked documents it has.
    pub chart_counts: ChartCounts,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Encounter {
    /// The encounter of a new conversation.
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

    /// Whether it is archived, which finished encounters are.
    pub fn archived(&self) -> bool {
        self.status() == EncounterStatus::Finished
    }

    /// Allows clinicians.
    pub fn visible_to(self, caller: &Caller) -> Result<Self, Denied> {
        caller.may_open_chart(self.patient_id)?;
        Ok(self)
    }

    /// The encounter with a new status. Returns `None` if it already has this status.
    pub fn set_status(&self, status: EncounterStatus, by: &Person, at: Timestamp) -> Option<Self> {
        let lock = self.lock.set(status.into(), by, at)?;
        Some(Self { lock, ..self.clone() })
    }
}
