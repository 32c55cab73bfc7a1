//! Conversations in the table: reading, listing, creating, sending, and storing a changed head.

use std::time::Duration;

use futures::future::try_join_all;

use super::decision::{ChangeError, Decision};
use super::items::{self, IdempotencyItem, Versioned};
use super::table::{Condition, Page, Part, Position, Query, Table, Written, lost, retry_conflicts};
use super::{StoreError, attachments, audit_events, encounters, schema};
use domain::attachment::Attachment;
use domain::audit::AuditEvent;
use domain::conversation::{Changed, Conversation};
use domain::encounter::Encounter;
use domain::entry::Entry;
use domain::ids::{AttachmentId, ConversationId, EntryNumber, MessageId, PatientId, UserId};
use domain::lock::Status;

/// How long an idempotency key is remembered.
const IDEMPOTENCY_KEPT: Duration = Duration::from_hours(24);

/// A page of a patient's conversations.
#[derive(Debug, Clone, Copy)]
pub struct ConversationPage<'a> {
    /// The patient.
    pub patient: PatientId,
    /// Only open or only closed ones.
    pub status: Option<Status>,
    /// Whether to include conversations without a message, which patients do not see.
    pub with_empty: bool,
    /// How many at most.
    pub limit: usize,
    /// Where it begins.
    pub start: Option<&'a Position>,
}

/// A message to store: where, under which id, and with which attachments.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its id.
    pub id: MessageId,
    /// The ids of its attachments.
    pub attachments: &'a [AttachmentId],
}

/// What a rule decides about a message for a conversation that its sender may see.
#[derive(Debug, Clone)]
pub struct Posting<E> {
    /// The head with the new entry, or why the message is refused. A refused message may have been stored before, which
    /// its sender learns then.
    pub posted: Result<Changed, E>,
    /// The audit event, for staff.
    pub event: Option<AuditEvent>,
}

/// A message that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// Now, as this entry.
    Now(Entry),
    /// Before, under the same id, as this entry.
    Before(Entry),
}

/// A client's `Idempotency-Key` on a request that creates something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// Whose key it is.
    pub user: UserId,
    /// The key's hash.
    pub key: String,
    /// The request's hash: the same key with another request is an error.
    pub request: String,
}

/// What became of a conversation to create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It is stored, now.
    Now,
    /// The same request with the same idempotency key created this one before.
    Before(ConversationId),
    /// Another request used the same idempotency key.
    KeyReused,
}

impl Table {
    /// A conversation's head, as it is now.
    pub async fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        self.get(schema::head(id), true).await?.map(items::to_head).transpose()
    }

    /// A page of a patient's conversations: open first, then closed, newest activity first.
    pub async fn list_conversations(&self, page: ConversationPage<'_>) -> Result<Page<Conversation>, StoreError> {
        let found = self.query_page(page.query(), page.limit).await?;
        let items = found.items.into_iter().map(items::to_head).collect::<Result<_, _>>()?;
        Ok(Page { items, next: found.next })
    }

    /// Creates a conversation, its first entries and its encounter together (rule 1), with staff's audit event.
    pub async fn create_conversation(
        &self,
        conversation: &Changed,
        encounter: &Encounter,
        event: Option<&AuditEvent>,
        idempotency: Option<&Idempotency>,
    ) -> Result<Created, StoreError> {
        let head = &conversation.head;
        let mut parts = vec![
            Part::Put(items::from_head(head)?, Some(Condition::is_new())),
            encounters::put(&Versioned::new(encounter.clone()))?,
        ];
        for entry in &conversation.entries {
            parts.push(Part::Put(items::from_entry(head.id, entry)?, Some(Condition::is_new())));
        }
        parts.extend(event.map(|event| self.event_part(event)).transpose()?);
        if let Some(idempotency) = idempotency {
            let key = schema::idempotency(&idempotency.user, &idempotency.key);
            let expires_at = head.created_at.as_second() + IDEMPOTENCY_KEPT.as_secs().cast_signed();
            let record = IdempotencyItem { conversation_id: head.id, request: idempotency.request.clone(), expires_at };
            parts.push(Part::Put(items::item(key, None, &record)?, Some(Condition::is_new())));
        }
        match retry_conflicts(|| async { self.transact(parts.clone()).await }).await? {
            Written::Stored => Ok(Created::Now),
            // The ids are new: where the head, the first part, stands already, an attempt before this one stored it
            // and its answer was lost.
            Written::Refused(standing) if standing.first().is_some_and(Option::is_some) => Ok(Created::Now),
            // Else only the idempotency record, the last part, can stand already.
            Written::Refused(mut standing) => {
                let record = standing.pop().flatten().ok_or_else(lost)?;
                let record: IdempotencyItem = items::body("idempotency", record)?;
                let same = idempotency.is_some_and(|own| own.request == record.request);
                Ok(if same { Created::Before(record.conversation_id) } else { Created::KeyReused })
            }
        }
    }

    /// Stores a message exactly once (rule 4), with its audit event, and gives it its attachments. The rule gets them in
    /// the order of their ids and refuses what the message must not have. An error of the rule itself hides the
    /// conversation: then nothing says whether the message was stored before.
    pub async fn send_message<E>(
        &self,
        message: Outgoing<'_>,
        decide: impl Fn(&Conversation, &[Option<Attachment>]) -> Result<Posting<E>, E>,
    ) -> Result<Sent, ChangeError<E>> {
        retry_conflicts(|| async {
            let Outgoing { conversation: id, id: message, attachments } = message;
            let found = try_join_all(attachments.iter().map(|attachment| self.attachment(id, *attachment)));
            let (head, found) = futures::try_join!(self.conversation(id), found)?;
            let head = head.ok_or(ChangeError::Missing)?;
            let values: Vec<_> = found.iter().map(|found| found.as_ref().map(|found| found.value.clone())).collect();
            let Posting { posted, event } = decide(&head, &values).map_err(ChangeError::Rule)?;
            let changed = match posted {
                Ok(changed) => changed,
                Err(refusal) => {
                    let record = self.get(schema::message_id(head.patient_id, message, id), true).await?;
                    let record = record.ok_or(ChangeError::Rule(refusal))?;
                    return Ok(self.sent_before(id, record).await?);
                }
            };
            let Some(entry) = changed.entries.first() else { return Err(lost().into()) };
            let mut parts = self.message_parts(&head, message, entry, event.as_ref())?;
            parts.extend(changed_parts(&head, &changed)?);
            for found in found.iter().flatten() {
                parts.push(attachments::claim_part(found, entry.number)?);
            }
            match self.transact(parts).await? {
                Written::Stored => Ok(Sent::Now(entry.clone())),
                Written::Refused(standing) => match standing.into_iter().next().flatten() {
                    Some(record) => Ok(self.sent_before(id, record).await?),
                    None => Err(lost().into()),
                },
            }
        })
        .await
    }

    async fn sent_before(&self, id: ConversationId, record: items::Item) -> Result<Sent, StoreError> {
        let entry = self.get(schema::entry(id, audit_events::message_number(record)?), true).await?;
        let entry = entry.ok_or_else(|| StoreError::Corrupt("a recorded message has no entry".into()))?;
        Ok(Sent::Before(items::to_entry(entry)?))
    }

    /// Stores a changed head with its new entries. Busy where the head is not `before` any more.
    pub async fn save_conversation(&self, before: &Conversation, changed: &Changed) -> Result<(), StoreError> {
        self.store(changed_parts(before, changed)?, None).await
    }

    /// Changes a conversation as a rule decides. Returns it as it is then, and the reader's cursor, which is read beside
    /// the write.
    pub async fn change_conversation<E>(
        &self,
        id: ConversationId,
        reader: &UserId,
        decide: impl Fn(&Conversation) -> Result<Decision<Changed>, E>,
    ) -> Result<(Conversation, EntryNumber), ChangeError<E>> {
        retry_conflicts(|| async {
            let head = self.conversation(id).await?.ok_or(ChangeError::Missing)?;
            let Decision { change, event } = decide(&head).map_err(ChangeError::Rule)?;
            let parts = change.as_ref().map(|changed| changed_parts(&head, changed)).transpose()?;
            let save = self.store(parts.unwrap_or_default(), event.as_ref());
            let ((), cursor) = futures::try_join!(save, self.read_cursor(head.patient_id, reader, id))?;
            Ok((change.map_or(head, |changed| changed.head), cursor))
        })
        .await
    }
}

impl<'a> ConversationPage<'a> {
    /// The query for these conversations, in their order.
    pub(super) fn query(&self) -> Query<'a> {
        let mut values = vec![(":lpk", schema::conversations_of(self.patient))];
        let condition = match self.status {
            Some(status) => {
                values.push((":prefix", schema::status_prefix(status).to_owned()));
                schema::LIST_PREFIX
            }
            None => schema::LIST,
        };
        let filter = (!self.with_empty).then_some(schema::HAS_MESSAGE);
        let index = Some(schema::LISTS);
        Query { index, forwards: false, filter, start: self.start, ..Query::new(condition, values) }
    }
}

fn changed_parts(before: &Conversation, changed: &Changed) -> Result<Vec<Part>, StoreError> {
    let unchanged = Condition(
        schema::HEAD_UNCHANGED,
        vec![(":lockVersion", before.lock.version.get()), (":lastNumber", before.last_number)],
    );
    let mut parts = vec![Part::Put(items::from_head(&changed.head)?, Some(unchanged))];
    for entry in &changed.entries {
        parts.push(Part::Put(items::from_entry(before.id, entry)?, Some(Condition::is_new())));
    }
    Ok(parts)
}
