//! Conversations in the table: reading, listing, creating, sending, and saving a changed head.

use std::time::Duration;

use futures::future::try_join_all;

use super::items::{self, IdempotencyItem, Versioned};
use super::table::{AsStoreError, Condition, Page, Part, Position, Query, Table, Written, lost, retry_conflicts};
use super::{StoreError, attachments, audit_events, schema};
use domain::Timestamp;
use domain::attachment::Attachment;
use domain::audit::{Agent, AuditEvent};
use domain::conversation::{Changed, Conversation};
use domain::encounter::Encounter;
use domain::entry::{Entry, Number};
use domain::ids::{AttachmentId, ConversationId, MessageId, PatientId, UserId};
use domain::lock::Status;

/// How long an idempotency key is remembered.
const IDEMPOTENCY_KEPT: Duration = Duration::from_hours(24);

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

/// What sending a message came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It is stored, now, as this entry.
    Now(Entry),
    /// A message with this id was stored before, as this entry.
    Before(Entry),
}

/// Why sending a message failed: the caller's rules refuse it, or the store does.
#[derive(Debug, thiserror::Error)]
pub enum SendError<E> {
    /// The rules refuse it.
    #[error(transparent)]
    Rule(E),
    /// The store does.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<E> AsStoreError for SendError<E> {
    fn as_store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Rule(_) => None,
        }
    }
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

/// What creating a conversation came to.
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
    /// A conversation's head, as it stands now.
    pub async fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        self.get(schema::head(id), true).await?.map(items::to_head).transpose()
    }

    /// A page of a patient's conversations: open first, then closed, newest activity first. A
    /// patient's own list leaves out those without a message.
    pub async fn list_conversations(
        &self,
        patient: PatientId,
        status: Option<Status>,
        with_empty: bool,
        limit: usize,
        start: Option<&Position>,
    ) -> Result<Page<Conversation>, StoreError> {
        let query = list_query(patient, status, with_empty, start);
        let page = self.query_page(query, limit).await?;
        let items = page.items.into_iter().map(items::to_head).collect::<Result<_, _>>()?;
        Ok(Page { items, next: page.next })
    }

    /// Creates a conversation, its first entries and its encounter together (rule 1), with staff's audit event.
    pub async fn create_conversation(
        &self,
        conversation: &Changed,
        encounter: &Encounter,
        event: Option<&AuditEvent>,
        idempotency: Option<&Idempotency>,
        now: Timestamp,
    ) -> Result<Created, StoreError> {
        let head = &conversation.head;
        let mut parts = vec![
            Part::Put(items::from_head(head)?, Some(Condition::is_new())),
            Part::Put(items::from_encounter(&Versioned::new(encounter.clone()))?, Some(Condition::is_new())),
        ];
        for entry in &conversation.entries {
            parts.push(Part::Put(items::from_entry(head.id, entry)?, Some(Condition::is_new())));
        }
        parts.extend(event.map(|event| self.event_part(event)).transpose()?);
        if let Some(idempotency) = idempotency {
            let key = schema::idempotency(&idempotency.user, &idempotency.key);
            let expires_at = now.as_second() + IDEMPOTENCY_KEPT.as_secs().cast_signed();
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

    /// Stores a message exactly once (rule 4): `post` makes the new entry from the head as it stands,
    /// or refuses, and is asked again when someone else was faster.
    ///
    /// `find` refuses a head that does not exist or that the sender must not see. A message that was
    /// stored before is answered with its entry, whatever became of the conversation since. What staff
    /// send leaves an audit event in the same transaction, which also gives the message its attachments: `post` gets
    /// them as they stand, in the order of their ids, and refuses those that the message must not have.
    pub async fn send_message<E>(
        &self,
        message: Outgoing<'_>,
        agent: Option<&Agent>,
        find: impl Fn(Option<Conversation>) -> Result<Conversation, E>,
        post: impl Fn(&Conversation, &[Option<Attachment>]) -> Result<Changed, E>,
        now: Timestamp,
    ) -> Result<Sent, SendError<E>> {
        retry_conflicts(|| async {
            let Outgoing { conversation: id, id: message, attachments } = message;
            let found = try_join_all(attachments.iter().map(|attachment| self.attachment(id, *attachment)));
            let (head, found) = futures::try_join!(self.conversation(id), found)?;
            let head = find(head).map_err(SendError::Rule)?;
            let standing: Vec<_> = found.iter().map(|found| found.as_ref().map(|found| found.value.clone())).collect();
            let changed = match post(&head, &standing) {
                Ok(changed) => changed,
                Err(refusal) => {
                    let record = self.get(schema::message_id(head.patient_id, message, id), true).await?;
                    let record = record.ok_or(SendError::Rule(refusal))?;
                    return Ok(self.sent_before(id, record).await?);
                }
            };
            let event = agent.map(|agent| agent.sent(head.patient_id, id, message));
            let mut parts = self.message_parts(&head, message, changed.head.last_number, event.as_ref(), now)?;
            parts.extend(changed_parts(&head, &changed)?);
            for found in found.iter().flatten() {
                parts.push(attachments::claim_part(found, changed.head.last_number)?);
            }
            match self.transact(parts).await? {
                Written::Stored => {
                    let entry = changed.entries.into_iter().next().ok_or_else(lost)?;
                    Ok(Sent::Now(entry))
                }
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

    /// Stores a changed head with its new entries, if the head is still `before`; else it is [`StoreError::Busy`].
    pub async fn save_conversation(&self, before: &Conversation, changed: &Changed) -> Result<(), StoreError> {
        match self.transact(changed_parts(before, changed)?).await? {
            Written::Stored => Ok(()),
            Written::Refused(_) => Err(lost()),
        }
    }

    /// Reads a head, lets `change` decide, and saves what it makes; asked again when someone else was
    /// faster. Answers the head as it stands then, with the reader's cursor, read beside the write.
    ///
    /// `event` makes staff's audit event, for a change or, where there is none, for the reading.
    pub async fn change_conversation<E>(
        &self,
        id: ConversationId,
        reader: &UserId,
        change: impl Fn(Option<Conversation>) -> Result<(Conversation, Option<Changed>), E>,
        event: impl Fn(&Conversation, bool) -> Option<AuditEvent>,
    ) -> Result<(Conversation, Number), SendError<E>> {
        retry_conflicts(|| async {
            let (before, changed) = change(self.conversation(id).await?).map_err(SendError::Rule)?;
            let event = event(&before, changed.is_some());
            let save = async {
                let Some(changed) = &changed else { return self.record_event(event.as_ref()).await };
                let mut parts = changed_parts(&before, changed)?;
                parts.extend(event.as_ref().map(|event| self.event_part(event)).transpose()?);
                match self.transact(parts).await? {
                    Written::Stored => Ok(()),
                    Written::Refused(_) => Err(lost()),
                }
            };
            let ((), cursor) = futures::try_join!(save, self.read_cursor(before.patient_id, reader, id))?;
            Ok((changed.map_or(before, |changed| changed.head), cursor))
        })
        .await
    }
}

/// The query for a patient's conversations, in their order.
pub(super) fn list_query(
    patient: PatientId,
    status: Option<Status>,
    with_empty: bool,
    start: Option<&Position>,
) -> Query<'_> {
    let mut values = vec![(":lpk", schema::conversations_of(patient))];
    let condition = match status {
        Some(status) => {
            values.push((":prefix", schema::status_prefix(status).to_owned()));
            schema::LIST_PREFIX
        }
        None => schema::LIST,
    };
    let filter = (!with_empty).then_some(schema::HAS_MESSAGE);
    Query { index: Some(schema::LISTS), forwards: false, filter, start, ..Query::new(condition, values) }
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
