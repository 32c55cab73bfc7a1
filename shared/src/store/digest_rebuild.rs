//! Rebuilding search digests from the messages: what is missing is added, what does not belong goes.
//!
//! It is safe while people write. A digest is replaced only as it was read, and what was said meanwhile is added
//! after that: a message that was stored before the replacement is read here then, and one that was stored after it
//! finds the digest replaced.

use std::collections::HashMap;

use futures::{StreamExt as _, stream};

use super::digests::{DigestPart, split};
use super::items::{self, corrupt};
use super::table::{Condition, Part, Position, Table, Written, lost, retry_conflicts};
use super::{StoreError, schema};
use domain::conversation::Conversation;
use domain::ids::{ConversationId, EntryNumber};
use domain::search::Digest;

/// How many conversations are read side by side.
const SIDE_BY_SIDE: usize = 8;
/// The most items of a transaction.
const TRANSACTION: usize = 100;

/// What rebuilding came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many conversations were read.
    pub conversations: u64,
    /// How many of their digests were changed.
    pub changed: u64,
    /// How many could not be rebuilt, by cause. Names no content.
    pub failed: HashMap<String, u64>,
}

impl Table {
    /// Rebuilds the digests of all conversations. Reads all of them: a program calls this, no function does.
    pub async fn rebuild_digests(&self) -> Result<Rebuilt, StoreError> {
        let mut rebuilt = Rebuilt::default();
        let mut start: Option<Position> = None;
        loop {
            let page = self.scan_lists(schema::IS_HEAD, (":head", schema::HEAD), start.as_ref()).await?;
            let outcomes = stream::iter(page.items).map(|item| async move {
                let head = items::to_head(item)?;
                self.rebuild_digest_of(&head).await
            });
            let mut outcomes = outcomes.buffer_unordered(SIDE_BY_SIDE);
            while let Some(outcome) = outcomes.next().await {
                rebuilt.conversations += 1;
                match outcome {
                    Ok(changed) => rebuilt.changed += u64::from(changed),
                    Err(error @ StoreError::Refused(_)) => return Err(error),
                    Err(error) => *rebuilt.failed.entry(error.to_string()).or_default() += 1,
                }
            }
            start = page.next;
            if start.is_none() {
                return Ok(rebuilt);
            }
        }
    }

    /// Adds to a conversation's digest what it lacks of its title and messages.
    pub async fn complete_digest(&self, id: ConversationId) -> Result<(), StoreError> {
        let head = self.conversation(id).await?.ok_or_else(|| corrupt("the conversation does not exist"))?;
        let (words, _) = self.words_of(&head).await?;
        self.add_to_digest(head.patient_id, id, &words).await
    }

    /// The words of a conversation's title and messages, and the number of its last entry.
    async fn words_of(&self, head: &Conversation) -> Result<(Digest, EntryNumber), StoreError> {
        let (texts, last) = self.texts_after(head.id, 0).await?;
        Ok((texts.iter().map(String::as_str).chain([head.title.as_str()]).collect(), last))
    }

    async fn rebuild_digest_of(&self, head: &Conversation) -> Result<bool, StoreError> {
        let (changed, mut last) = retry_conflicts(|| self.replace_digest(head)).await?;
        if !changed {
            return Ok(false);
        }
        loop {
            let (texts, newest) = self.texts_after(head.id, last).await?;
            if newest == last {
                return Ok(true);
            }
            let words = texts.iter().map(String::as_str).collect();
            self.add_to_digest(head.patient_id, head.id, &words).await?;
            last = newest;
        }
    }

    /// Replaces a digest whose words are others than those of title and messages; answers whether it did, and up
    /// to which entry it has read.
    async fn replace_digest(&self, head: &Conversation) -> Result<(bool, EntryNumber), StoreError> {
        let standing = self.digest_parts(head.patient_id, head.id).await?;
        let (words, last) = self.words_of(head).await?;
        let mut before = Digest::default();
        for part in &standing {
            before.join(&part.words);
        }
        if before == words {
            return Ok((false, last));
        }
        let versions: HashMap<u32, u64> = standing.iter().map(|part| (part.number, part.version)).collect();
        let parts =
            split(head.patient_id, head.id, words, |index| (index, versions.get(&index).copied().unwrap_or(0)))?;
        let count = parts.len();
        let puts = parts.into_iter().map(|(item, version)| Part::Put(item, Some(Condition::version(version))));
        let rest = standing.iter().filter(|part| part.number as usize >= count);
        let deletes = rest.map(|DigestPart { number, version, .. }| {
            Part::Delete(schema::digest(head.patient_id, head.id, *number), Some(Condition::version(*version)))
        });
        let writes: Vec<Part> = puts.chain(deletes).collect();
        for writes in writes.chunks(TRANSACTION) {
            if let Written::Refused(_) = self.transact(writes.to_vec()).await? {
                return Err(lost());
            }
        }
        Ok((true, last))
    }
}
