//! Search digests: the words of new titles and new messages go into the digests of their conversations.
//!
//! A digest is a set of words, so records may come twice, late or out of order. What a batch brings to one conversation is
//! added at its first record: several messages cost one read and one write.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::ids::{ConversationId, PatientId};
use domain::search::Digest;
use shared::store::stream::{Change, NewText, Record};
use shared::store::{StoreError, Table};

/// The new words of a batch, by conversation.
#[derive(Debug, Default)]
pub(super) struct NewWords(Mutex<HashMap<ConversationId, InOne>>);

/// The new words of a batch in one conversation.
#[derive(Debug, Clone, Default)]
struct InOne {
    patient: Option<PatientId>,
    words: Digest,
}

impl NewWords {
    /// Collects them. A record that can't be read is left out here and fails when it is processed.
    pub(super) fn of_batch(records: &[Record]) -> Self {
        let mut all: HashMap<ConversationId, InOne> = HashMap::new();
        for change in records.iter().filter_map(|record| record.change().ok()) {
            let Some((id, text)) = new_text(change) else { continue };
            let one = all.entry(id).or_default();
            if let Change::Conversation(conversation) = change {
                one.patient = one.patient.or(conversation.patient);
            }
            if let NewText::Text(text) = text {
                one.words.add(text);
            }
        }
        Self(Mutex::new(all))
    }

    /// Adds the new words of a changed conversation to its digest, unless an earlier record of the batch did.
    pub(super) async fn add_to_digest(&self, table: &Table, change: &Change) -> Result<(), StoreError> {
        let Some((id, text)) = new_text(change) else { return Ok(()) };
        match text {
            NewText::None => return Ok(()),
            NewText::NotInRecord => return table.complete_digest(id).await,
            NewText::Text(_) => {}
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

/// The conversation of a change and the text that is new in it.
const fn new_text(change: &Change) -> Option<(ConversationId, &NewText)> {
    match change {
        Change::Conversation(conversation) => Some((conversation.id, &conversation.title)),
        Change::NewEntry { conversation, text } => Some((*conversation, text)),
        Change::Encounter { .. } | Change::RemovedAttachment { .. } | Change::Other => None,
    }
}

fn missing() -> StoreError {
    StoreError::Corrupt("the conversation does not exist".into())
}
