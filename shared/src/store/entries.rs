//! Entries in the table: the latest, those before a number, those after one.
//!
//! Pages are read with eventual consistency, at half the price. A page never shows a gap: it ends
//! where the numbers stop being consecutive, and the next request brings the rest.

use super::items;
use super::table::{Query, Table};
use super::{StoreError, schema};
use domain::conversation::Conversation;
use domain::entry::{Content, Entry};
use domain::ids::{ConversationId, EntryNumber};
use domain::lock::{Lock, LockVersion};

/// A chat as it is opened: its head, and a page of its entries, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedChat {
    /// The head.
    pub head: Conversation,
    /// The entries.
    pub entries: Vec<Entry>,
}

impl Table {
    /// Opens a chat: its head and its latest entries, in one query.
    pub async fn open_chat(&self, id: ConversationId, limit: usize) -> Result<Option<OpenedChat>, StoreError> {
        let values = range(id, schema::entry_sk(0), schema::HEAD.to_owned());
        let query = Query { forwards: false, ..Query::new(schema::PARTITION_BETWEEN, values) };
        let mut items = self.query_page(query, limit + 1).await?.items.into_iter();
        let Some(head) = items.next() else { return Ok(None) };
        let head = items::to_head(head)?;
        let entries = items.map(items::to_entry).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(OpenedChat { head, entries: newest_run(entries) }))
    }

    /// A chat's head and the entries before a number, beside each other.
    pub async fn entries_before(
        &self,
        id: ConversationId,
        number: EntryNumber,
        limit: usize,
    ) -> Result<Option<OpenedChat>, StoreError> {
        let Some(last) = number.checked_sub(1).filter(|last| *last > 0) else {
            return Ok(self.head_eventually(id).await?.map(|head| OpenedChat { head, entries: Vec::new() }));
        };
        let values = range(id, schema::entry_sk(1), schema::entry_sk(last.min(MAX_NUMBER)));
        let query = Query { forwards: false, ..Query::new(schema::PARTITION_BETWEEN, values) };
        let (head, page) = futures::try_join!(self.head_eventually(id), self.query_page(query, limit))?;
        let entries = page.items.into_iter().map(items::to_entry).collect::<Result<Vec<_>, _>>()?;
        Ok(head.map(|head| OpenedChat { head, entries: newest_run(entries) }))
    }

    /// A chat's head and the entries after a number, beside each other.
    pub async fn entries_after(
        &self,
        id: ConversationId,
        number: EntryNumber,
        limit: usize,
    ) -> Result<Option<OpenedChat>, StoreError> {
        let number = number.min(MAX_NUMBER - 1);
        let values = range(id, schema::entry_sk(number + 1), schema::entry_sk(MAX_NUMBER));
        let query = Query::new(schema::PARTITION_BETWEEN, values);
        let (head, page) = futures::try_join!(self.head_eventually(id), self.query_page(query, limit))?;
        let mut entries = page.items.into_iter().map(items::to_entry).collect::<Result<Vec<_>, _>>()?;
        let run = (number + 1..).zip(&entries).take_while(|(expected, entry)| entry.number == *expected).count();
        entries.truncate(run);
        Ok(head.map(|head| OpenedChat { head, entries }))
    }

    /// The texts of the messages after a number, as they stand now, and the last entry's number.
    pub(super) async fn texts_after(
        &self,
        id: ConversationId,
        number: EntryNumber,
    ) -> Result<(Vec<String>, EntryNumber), StoreError> {
        let values = range(id, schema::entry_sk(number + 1), schema::entry_sk(MAX_NUMBER));
        let query = Query { consistent: true, ..Query::new(schema::PARTITION_BETWEEN, values) };
        let (mut texts, mut last) = (Vec::new(), number);
        for item in self.query_all(query).await? {
            let entry = items::to_entry(item)?;
            last = entry.number;
            if let Content::Message { text, .. } = entry.content {
                texts.push(text.to_string());
            }
        }
        Ok((texts, last))
    }

    async fn head_eventually(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        self.get(schema::head(id), false).await?.map(items::to_head).transpose()
    }

    /// The lock's changes after a version up to the head's, oldest first, from the status entries.
    pub(super) async fn lock_changes(&self, head: &Conversation, after: LockVersion) -> Result<Vec<Lock>, StoreError> {
        if after.next() == head.lock.version {
            return Ok(vec![head.lock.clone()]);
        }
        let mut changes: Vec<Lock> = Vec::new();
        let mut last = head.last_number;
        while last > 0 && changes.last().is_none_or(|oldest| oldest.version > after.next()) {
            let values = range(head.id, schema::entry_sk(1), schema::entry_sk(last));
            let query = Query {
                forwards: false,
                consistent: true,
                filter: Some(schema::IS_STATUS),
                ..Query::new(schema::PARTITION_BETWEEN, values)
            };
            let page = self.query_page(query, 25).await?;
            let entries = page.items.into_iter().map(items::to_entry).collect::<Result<Vec<_>, _>>()?;
            last = entries.last().map_or(0, |entry| entry.number - 1);
            changes.extend(entries.iter().filter_map(Entry::lock));
        }
        changes.retain(|change| change.version > after);
        changes.reverse();
        Ok(changes)
    }
}

/// The greatest number that a sort key holds.
const MAX_NUMBER: EntryNumber = 9_999_999_999;

fn range(id: ConversationId, from: String, to: String) -> Vec<(&'static str, String)> {
    vec![(":pk", schema::conversation(id)), (":from", from), (":to", to)]
}

/// Ascending, without a gap, of entries that were read newest first.
fn newest_run(mut entries: Vec<Entry>) -> Vec<Entry> {
    let run = 1 + entries.windows(2).take_while(|pair| pair[0].number == pair[1].number + 1).count();
    entries.truncate(run);
    entries.reverse();
    entries
}
