//! Search digests: what a new conversation's title and a new message say goes into their conversation's digest.
//!
//! A digest is a set of words, so records may come twice, late or in any order. What a batch says in one
//! conversation is added together, with its first record: several messages cost one read and one write.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lambda_events::dynamodb::{Event, EventRecord};
use domain::ids::{ConversationId, PatientId};
use domain::search::Digest;
use shared::store::digests::{text_of, title_of};
use shared::store::{StoreError, Table, schema};

use crate::stream::batch;

/// What a batch says, by conversation.
#[derive(Debug, Default)]
pub(super) struct Said(Mutex<HashMap<ConversationId, InOne>>);

/// What a batch says in one conversation.
#[derive(Debug, Clone, Default)]
struct InOne {
    patient: Option<PatientId>,
    words: Digest,
}

impl Said {
    /// Collects it. A record that can't be read fails when its turn comes.
    pub(super) fn in_batch(event: &Event) -> Self {
        let mut said: HashMap<ConversationId, InOne> = HashMap::new();
        for record in &event.records {
            let Ok(Some((id, patient, text))) = read(record) else { continue };
            let one = said.entry(id).or_default();
            one.patient = one.patient.or(patient);
            if record.event_name == "INSERT" {
                one.words.add(&text);
            }
        }
        Self(Mutex::new(said))
    }

    /// Adds what is said in a record's conversation to its digest, unless an earlier record has brought that about.
    pub(super) async fn keep(&self, table: &Table, record: &EventRecord) -> Result<(), StoreError> {
        if record.event_name != "INSERT" {
            return Ok(());
        }
        let Some((id, ..)) = read(record)? else { return Ok(()) };
        if record.change.new_image.is_empty() {
            return table.complete_digest(id).await;
        }
        let InOne { patient, words } = self.lock().get(&id).cloned().unwrap_or_default();
        if words.is_empty() {
            return Ok(());
        }
        let patient = match patient {
            Some(patient) => patient,
            None => table.conversation(id).await?.ok_or_else(missing)?.patient_id,
        };
        table.add_to_digest(patient, id, &words).await?;
        if let Some(one) = self.lock().get_mut(&id) {
            one.words = Digest::default();
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ConversationId, InOne>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The conversation of a head's or an entry's record, its patient where the record says so, and what is said there.
fn read(record: &EventRecord) -> Result<Option<(ConversationId, Option<PatientId>, String)>, StoreError> {
    let (pk, sk) = batch::key_of(record)?;
    let image = &record.change.new_image;
    let is_head = sk == schema::HEAD;
    if record.event_name == "REMOVE" || !(is_head || sk.starts_with(schema::ENTRY_PREFIX)) {
        return Ok(None);
    }
    let id = batch::conversation_of(&pk)?;
    if image.is_empty() {
        return Ok(Some((id, None, String::new())));
    }
    if is_head {
        let (patient, title) = title_of(image)?;
        return Ok(Some((id, Some(patient), title)));
    }
    Ok(text_of(image)?.map(|text| (id, None, text)))
}

fn missing() -> StoreError {
    StoreError::Corrupt("the conversation does not exist".into())
}
