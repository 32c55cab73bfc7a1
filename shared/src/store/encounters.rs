//! Encounters in the table, and keeping the locks of one and its conversation in sync (rule 2).

use super::decision::{ChangeError, Decision};
use super::items::{self, Versioned};
use super::table::{Page, Part, Position, Query, Table, retry_conflicts};
use super::{StoreError, schema};
use domain::encounter::Encounter;
use domain::ids::{ConversationId, EncounterId, PatientId};
use domain::lock::{self, Step};

impl Table {
    /// An encounter, as it is now.
    pub async fn encounter(&self, id: EncounterId) -> Result<Option<Versioned<Encounter>>, StoreError> {
        self.get(schema::encounter(id), true).await?.map(items::to_encounter).transpose()
    }

    /// A page of a patient's encounters, newest first.
    pub async fn list_encounters(
        &self,
        patient: PatientId,
        limit: usize,
        start: Option<&Position>,
    ) -> Result<Page<Encounter>, StoreError> {
        let values = vec![(":lpk", schema::encounters_of(patient))];
        let query = Query { index: Some(schema::LISTS), forwards: false, start, ..Query::new(schema::LIST, values) };
        let page = self.query_page(query, limit).await?;
        let encounters = page.items.into_iter().map(|item| Ok(items::to_encounter(item)?.value));
        Ok(Page { items: encounters.collect::<Result<_, StoreError>>()?, next: page.next })
    }

    /// Changes an encounter as a rule decides. Returns it as it is then.
    pub async fn change_encounter<E>(
        &self,
        id: EncounterId,
        decide: impl Fn(&Encounter) -> Result<Decision<Encounter>, E>,
    ) -> Result<Encounter, ChangeError<E>> {
        retry_conflicts(|| async {
            let read = self.encounter(id).await?.ok_or(ChangeError::Missing)?;
            let Decision { change, event } = decide(&read.value).map_err(ChangeError::Rule)?;
            let changed = change.map(|value| read.with(value));
            let parts = changed.iter().map(put).collect::<Result<_, _>>()?;
            self.store(parts, event.as_ref()).await?;
            Ok(changed.unwrap_or(read).value)
        })
        .await
    }

    /// Makes the locks of a conversation and its encounter equal, from both as they are.
    ///
    /// Each step is one conditional write, decided from the start, until nothing is left to do. So it may run twice,
    /// late or beside itself with the same result.
    pub async fn sync_locks(&self, id: ConversationId) -> Result<(), StoreError> {
        retry_conflicts(|| async {
            loop {
                let head = self.conversation(id).await?.ok_or_else(|| missing("conversation"))?;
                let encounter = self.encounter(head.encounter_id).await?.ok_or_else(|| missing("encounter"))?;
                match lock::next_step(&head.lock, &encounter.value.lock) {
                    Step::InSync => return Ok(()),
                    Step::UpdateEncounter { after } => {
                        let changes = self.lock_changes(&head, after).await?;
                        if changes.last() != Some(&head.lock) {
                            return Err(StoreError::Corrupt("a conversation lacks its last status entry".into()));
                        }
                        let lock = encounter.value.lock.apply(&changes);
                        let updated = encounter.with(Encounter { lock, ..encounter.value.clone() });
                        self.store(vec![put(&updated)?], None).await?;
                    }
                    Step::UpdateConversation(changes) => {
                        let (first, _) = changes.split_at(changes.len().min(MAX_AT_ONCE));
                        self.save_conversation(&head, &head.apply_lock_changes(first)).await?;
                    }
                }
            }
        })
        .await
    }

    /// The conversation that an encounter records.
    pub async fn conversation_of(&self, id: EncounterId) -> Result<ConversationId, StoreError> {
        let encounter = self.encounter(id).await?.ok_or_else(|| missing("encounter"))?;
        Ok(encounter.value.conversation_id)
    }
}

/// So many changes surely fit one transaction (100 items) with the head.
const MAX_AT_ONCE: usize = 50;

/// The part that stores an encounter, if it is as it was read.
pub(super) fn put(encounter: &Versioned<Encounter>) -> Result<Part, StoreError> {
    Ok(Part::Put(items::from_encounter(encounter)?, Some(encounter.unchanged())))
}

fn missing(what: &str) -> StoreError {
    StoreError::Corrupt(format!("the {what} does not exist"))
}
