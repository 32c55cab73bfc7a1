//! Encounters: the chart's record of a conversation, one for each (FHIR R4 `Encounter`, class `VR`).

use serde::{Deserialize, Serialize};

use crate::access::Denied;
use crate::chart_item::{CannotAdd, ChartContent, ChartCounts, MAX_PER_KIND};
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

impl EncounterStatus {
    /// The status of the encounter of a conversation with this status.
    pub const fn of(status: Status) -> Self {
        match status {
            Status::Open => Self::InProgress,
            Status::Closed => Self::Finished,
        }
    }

    /// The status of the conversation of an encounter with this status.
    pub const fn conversation_status(self) -> Status {
        match self {
            Self::InProgress => Status::Open,
            Self::Finished => Status::Closed,
        }
    }
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
        EncounterStatus::of(self.lock.current().status())
    }

    /// Whether it is archived, which finished encounters are.
    pub fn archived(&self) -> bool {
        self.status() == EncounterStatus::Finished
    }

    /// Allows clinicians.
    pub fn must_be_visible_to(&self, caller: &Caller) -> Result<(), Denied> {
        caller.may_read_chart(self.patient_id).map(drop)
    }

    /// The encounter itself, if the caller may see it.
    pub fn visible_to(self, caller: &Caller) -> Result<Self, Denied> {
        self.must_be_visible_to(caller).map(|()| self)
    }

    /// The encounter with a new status. Returns `None` if it already has this status.
    pub fn set_status(&self, status: EncounterStatus, by: &Person, at: Timestamp) -> Option<Self> {
        let lock = self.lock.set(status.conversation_status(), by, at)?;
        Some(Self { lock, ..self.clone() })
    }

    /// The encounter with one more order or document counted.
    pub fn add(&self, content: &ChartContent) -> Result<Self, CannotAdd> {
        if self.status() == EncounterStatus::Finished {
            return Err(CannotAdd::Finished);
        }
        let mut changed = self.clone();
        let count = match content {
            ChartContent::Order(_) => &mut changed.chart_counts.orders,
            ChartContent::Document { .. } => &mut changed.chart_counts.documents,
        };
        if *count >= MAX_PER_KIND {
            return Err(CannotAdd::Full);
        }
        *count += 1;
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, clara, empty};

    fn encounter() -> Encounter {
        Encounter::begin(&empty(), "Results".into())
    }

    #[test]
    fn items_are_added_only_while_the_encounter_is_in_progress() {
        let order = ChartContent::order("Potassium, fasting").unwrap();
        let added = encounter().add(&order).unwrap();
        assert_eq!(added.chart_counts, ChartCounts { orders: 1, documents: 0 });
        let finished = added.set_status(EncounterStatus::Finished, &clara(), at(1)).unwrap();
        assert_eq!(finished.add(&order), Err(CannotAdd::Finished));
        let reopened = finished.set_status(EncounterStatus::InProgress, &clara(), at(2)).unwrap();
        assert_eq!(reopened.add(&order).unwrap().chart_counts.orders, 2);
    }

    #[test]
    fn orders_and_documents_have_separate_limits() {
        let order = ChartContent::order("Potassium").unwrap();
        let mut full = encounter();
        for _ in 0..MAX_PER_KIND {
            full = full.add(&order).unwrap();
        }
        assert_eq!(full.add(&order), Err(CannotAdd::Full));
        let document = ChartContent::document("Report", "https://example.org/a").unwrap();
        assert_eq!(full.add(&document).unwrap().chart_counts.documents, 1);
    }
}
