//! Encounters in the table, and bringing one and its conversation together (rule 2).

use super::items::{self, Versioned};
use super::table::{Condition, Page, Part, Position, Query, Table, Written, lost, retry_conflicts};
use super::{SendError, StoreError, schema};
use domain::audit::AuditEvent;
use domain::encounter::Encounter;
use domain::ids::{ConversationId, EncounterId, PatientId};
use domain::lock::{self, Step};

impl Table {
    /// An encounter, as it stands now.
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

    async fn save_encounter(
        &self,
        changed: &Versioned<Encounter>,
        event: Option<&AuditEvent>,
    ) -> Result<(), StoreError> {
        let (item, condition) = (items::from_encounter(changed)?, Some(Condition::version(changed.version)));
        let written = match event {
            None => self.put(item, condition).await?,
            Some(event) => self.transact(vec![Part::Put(item, condition), self.event_part(event)?]).await?,
        };
        match written {
            Written::Stored => Ok(()),
            Written::Refused(_) => Err(lost()),
        }
    }

    /// Reads an encounter, lets `change` decide, and saves what it makes; asked again when someone else was faster.
    ///
    /// `event` makes staff's audit event, for a change or, where there is none, for the reading.
    pub async fn change_encounter<E>(
        &self,
        id: EncounterId,
        change: impl Fn(Option<Encounter>) -> Result<(Encounter, Option<Encounter>), E>,
        event: impl Fn(&Encounter, bool) -> Option<AuditEvent>,
    ) -> Result<Encounter, SendError<E>> {
        retry_conflicts(|| async {
            let read = self.encounter(id).await?;
            let version = read.as_ref().map_or(0, |read| read.version);
            let (before, changed) = change(read.map(|read| read.value)).map_err(SendError::Rule)?;
            let event = event(&before, changed.is_some());
            let Some(value) = changed else {
                self.record_event(event.as_ref()).await?;
                return Ok(before);
            };
            self.save_encounter(&Versioned { value: value.clone(), version }, event.as_ref()).await?;
            Ok(value)
        })
        .await
    }

    /// Brings a conversation and its encounter together, from both as they stand.
    ///
    /// One step is one conditional write. It is decided again from the start until nothing is left to do, so
    /// it may run twice, late or beside itself and comes to the same end.
    pub async fn bring_together(&self, id: ConversationId) -> Result<(), StoreError> {
        retry_conflicts(|| async {
            loop {
                let head = self.conversation(id).await?.ok_or_else(|| missing("conversation"))?;
                let encounter = self.encounter(head.encounter_id).await?.ok_or_else(|| missing("encounter"))?;
                match lock::next_step(&head.lock, &encounter.value.lock) {
                    Step::InStep => return Ok(()),
                    Step::EncounterFollows { after } => {
                        let changes = self.lock_changes(&head, after).await?;
                        if changes.last() != Some(&head.lock) {
                            return Err(StoreError::Corrupt("a conversation lacks its last status entry".into()));
                        }
                        let lock = encounter.value.lock.follow(&changes);
                        self.save_encounter(&encounter.with(Encounter { lock, ..encounter.value.clone() }), None)
                            .await?;
                    }
                    Step::ConversationFollows(changes) => {
                        let (first, _) = changes.split_at(changes.len().min(MAX_AT_ONCE));
                        self.save_conversation(&head, &head.take_over(first)).await?;
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

/// As many changes as surely fit one transaction (100 items) with the head.
const MAX_AT_ONCE: usize = 50;

fn missing(what: &str) -> StoreError {
    StoreError::Corrupt(format!("the {what} does not exist"))
}
