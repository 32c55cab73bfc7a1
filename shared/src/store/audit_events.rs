//! The access log in the table: audit events, and the records that messages are stored (rules 4 and 9).
//!
//! Both lie in the patient's access log, ordered by UUIDs of version 7, and one item is both where staff send a
//! message: so theirs costs no more than a patient's. See docs/decisions/0008-access-log.md.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::items::{self, Item, PersonItem};
use super::table::{Condition, Page, Part, Position, Query, Table};
use super::{StoreError, schema};
use domain::Timestamp;
use domain::audit::{Action, AuditEvent, Entity, Month, Source};
use domain::conversation::Conversation;
use domain::entry::Entry;
use domain::ids::{AttachmentId, ConversationId, EncounterId, EntryNumber, MessageId, PatientId};

/// How long a stored message's id is remembered: a draft that a client kept may be sent again much later.
const MESSAGE_ID_KEPT: Duration = Duration::from_hours(400 * 24);

/// An audit event.
#[derive(Serialize, Deserialize)]
struct EventItem {
    #[serde(rename = "a")]
    action: Action,
    by: PersonItem,
    at: i64,
    /// The conversation, the attachment and the encounter, in their short forms.
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    conversation: Option<String>,
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    attachment: Option<String>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    encounter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    #[serde(rename = "rq")]
    request_id: String,
}

/// The number under which a message is stored.
#[derive(Serialize, Deserialize)]
struct MessageRecord {
    n: EntryNumber,
}

impl Table {
    /// Records an event alone, as reading does; the same event again changes nothing.
    pub async fn record_event(&self, event: Option<&AuditEvent>) -> Result<(), StoreError> {
        if let Some(event) = event {
            self.put(from_event(event, self.access_log_kept)?, Some(Condition::is_new())).await?;
        }
        Ok(())
    }

    /// Records an event with what it tells of.
    pub(super) fn event_part(&self, event: &AuditEvent) -> Result<Part, StoreError> {
        Ok(Part::Put(from_event(event, self.access_log_kept)?, Some(Condition::is_new())))
    }

    /// Records that a message is stored, first, and which staff member sent it.
    pub(super) fn message_parts(
        &self,
        head: &Conversation,
        message: MessageId,
        entry: &Entry,
        event: Option<&AuditEvent>,
    ) -> Result<Vec<Part>, StoreError> {
        let key = schema::message_id(head.patient_id, message, head.id);
        let mut item = Item::new();
        let (both, apart) = match event {
            Some(event) if event.id.uuid() == message.uuid() => (Some(event), None),
            event => (None, event),
        };
        let kept = both.map_or(MESSAGE_ID_KEPT, |_| self.access_log_kept.max(MESSAGE_ID_KEPT));
        if let Some(event) = both {
            item.extend(from_event(event, kept)?);
        }
        item.extend(items::item(key, None, &MessageRecord { n: entry.number })?);
        item.insert(schema::EXPIRES_AT.into(), expiry(entry.sent_at, kept));
        let mut parts = vec![Part::Put(item, Some(Condition::is_new()))];
        parts.extend(apart.map(|event| self.event_part(event)).transpose()?);
        Ok(parts)
    }

    /// A page of a patient's access log, newest first.
    pub async fn access_log(
        &self,
        patient: PatientId,
        month: Option<Month>,
        limit: usize,
        start: Option<&Position>,
    ) -> Result<Page<AuditEvent>, StoreError> {
        let (from, to) = month.map_or(Some((0, u64::MAX >> 16)), |month| month.range()).unwrap_or_default();
        let (from, to) = (schema::access_from(from), schema::access_from(to));
        let values = vec![(":pk", schema::access_log(patient)), (":from", from), (":to", to)];
        let filter = Some(schema::IS_EVENT);
        let query = Query { forwards: false, filter, start, ..Query::new(schema::PARTITION_BETWEEN, values) };
        let page = self.query_page(query, limit).await?;
        let items = page.items.into_iter().map(|item| to_event(patient, item));
        let mut items = items.collect::<Result<Vec<_>, StoreError>>()?;
        // Ids tell a message's time by its sender's clock, and that of reading by the quarter of an hour.
        items.sort_by_key(|event| std::cmp::Reverse(event.recorded_at));
        Ok(Page { items, next: page.next })
    }
}

/// The number of a message, from the record that it is stored.
pub(super) fn message_number(item: Item) -> Result<EntryNumber, StoreError> {
    Ok(items::body::<MessageRecord>("message id", item)?.n)
}

fn expiry(from: Timestamp, kept: Duration) -> AttributeValue {
    let seconds = from.as_second().saturating_add_unsigned(kept.as_secs());
    AttributeValue::N(seconds.to_string())
}

fn from_event(event: &AuditEvent, kept: Duration) -> Result<Item, StoreError> {
    let (conversation, attachment, encounter) = match event.entity {
        Entity::Patient => (None, None, None),
        Entity::Conversation(id) => (Some(id), None, None),
        Entity::Attachment(id, attachment) => (Some(id), Some(attachment), None),
        Entity::Encounter(id) => (None, None, Some(id)),
    };
    let body = EventItem {
        action: event.action,
        by: (&event.agent).into(),
        at: items::millis(event.recorded_at),
        conversation: conversation.map(|id| schema::short(id.uuid())),
        attachment: attachment.map(|id| schema::short(id.uuid())),
        encounter: encounter.map(|id| schema::short(id.uuid())),
        ip: event.source.address.clone(),
        request_id: event.source.request_id.clone(),
    };
    let mut item = items::item(schema::audit_event(event.patient_id, event.id), None, &body)?;
    item.insert(schema::EXPIRES_AT.into(), expiry(event.recorded_at, kept));
    Ok(item)
}

fn to_event(patient_id: PatientId, item: Item) -> Result<AuditEvent, StoreError> {
    let id = item.get("sk").and_then(|sk| sk.as_s().ok()).and_then(|sk| schema::event_id(sk));
    let id = id.ok_or_else(|| items::corrupt("an audit event has no id"))?;
    let body: EventItem = items::body("audit event", item)?;
    let known = |short: Option<String>| {
        let id = short.map(|short| schema::from_short(&short).ok_or_else(|| items::corrupt("an event names no id")));
        id.transpose()
    };
    let (conversation, attachment) = (known(body.conversation)?, known(body.attachment)?);
    let entity = match (conversation.map(ConversationId::new), attachment, known(body.encounter)?) {
        (Some(id), Some(attachment), _) => Entity::Attachment(id, AttachmentId::new(attachment)),
        (Some(id), None, _) => Entity::Conversation(id),
        (None, _, Some(id)) => Entity::Encounter(EncounterId::new(id)),
        (None, _, None) => Entity::Patient,
    };
    Ok(AuditEvent {
        id,
        patient_id,
        action: body.action,
        entity,
        agent: body.by.into(),
        source: Source { address: body.ip, request_id: body.request_id },
        recorded_at: items::moment(body.at)?,
    })
}
