//! Read cursors in the table (rule 7).

use std::collections::HashMap;

use super::items::{self, CursorItem};
use super::table::{Condition, Query, Table, Written};
use super::{StoreError, schema};
use domain::conversation::Conversation;
use domain::ids::{ConversationId, EntryNumber, PatientId, UserId};

impl Table {
    /// All cursors of one reader in one patient's conversations.
    pub async fn read_cursors(
        &self,
        patient: PatientId,
        reader: &UserId,
    ) -> Result<HashMap<ConversationId, EntryNumber>, StoreError> {
        let values = vec![(":pk", schema::read_cursors(patient, reader))];
        let cursors = self.query_all(Query::new(schema::PARTITION, values)).await?;
        let mut read = HashMap::with_capacity(cursors.len());
        for item in cursors {
            let id = item.get("sk").and_then(|sk| sk.as_s().ok()).and_then(|sk| schema::cursor_conversation(sk));
            let id = id.ok_or_else(|| StoreError::Corrupt("a read cursor names no conversation".into()))?;
            read.insert(id, items::body::<CursorItem>("read cursor", item)?.n);
        }
        Ok(read)
    }

    /// How far a reader has read one conversation; 0 for not at all.
    pub async fn read_cursor(
        &self,
        patient: PatientId,
        reader: &UserId,
        id: ConversationId,
    ) -> Result<EntryNumber, StoreError> {
        let cursor = self.get(schema::read_cursor(patient, reader, id), false).await?;
        Ok(cursor.map(|item| items::body::<CursorItem>("read cursor", item)).transpose()?.map_or(0, |cursor| cursor.n))
    }

    /// Moves a reader's cursor forward to where they have read; never back. Answers where it stands then.
    pub async fn mark_read(
        &self,
        head: &Conversation,
        reader: &UserId,
        up_to: EntryNumber,
    ) -> Result<EntryNumber, StoreError> {
        let Some(n) = head.read_up_to(0, up_to) else {
            return self.read_cursor(head.patient_id, reader, head.id).await;
        };
        let key = schema::read_cursor(head.patient_id, reader, head.id);
        let before = Condition(schema::CURSOR_BEFORE, vec![(":n", n)]);
        match self.put(items::item(key, None, &CursorItem { n })?, Some(before)).await? {
            Written::Stored => Ok(n),
            Written::Refused(standing) => match standing.into_iter().flatten().next() {
                Some(item) => Ok(items::body::<CursorItem>("read cursor", item)?.n),
                None => Ok(n),
            },
        }
    }

    /// Moves a reader's cursor back to `mark`, if they had read further.
    pub async fn mark_unread(&self, head: &Conversation, reader: &UserId, mark: EntryNumber) -> Result<(), StoreError> {
        let key = schema::read_cursor(head.patient_id, reader, head.id);
        let read = Condition(schema::CURSOR_AFTER, vec![(":n", mark)]);
        self.put(items::item(key, None, &CursorItem { n: mark })?, Some(read)).await?;
        Ok(())
    }
}
