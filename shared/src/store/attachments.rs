//! Attachments in the table: announced, claimed by a message, and settled by their inspection.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::attachment_state::StateItem;
use super::items::{self, Item, PersonItem, Versioned, corrupt, millis, moment};
use super::table::{Part, Table, Written, lost, retry_conflicts};
use super::{StoreError, schema};
use domain::attachment::{Attachment, AttachmentState};
use domain::audit::AuditEvent;
use domain::entry::Entry;
use domain::ids::{AttachmentId, ConversationId, EntryNumber, PatientId};

/// What settling an attachment came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Its state is stored, and its message shows it.
    Now,
    /// It was settled before.
    Before,
    /// It does not exist, or no longer: nobody claimed it in time.
    Gone,
}

impl Table {
    /// An attachment, as it stands now.
    pub async fn attachment(
        &self,
        conversation: ConversationId,
        id: AttachmentId,
    ) -> Result<Option<Versioned<Attachment>>, StoreError> {
        let item = self.get(schema::attachment(conversation, id), true).await?;
        item.map(|item| to_attachment(conversation, id, item)).transpose()
    }

    /// Stores an attachment that a client announces, with staff's audit event.
    pub async fn announce_attachment(
        &self,
        attachment: &Attachment,
        event: Option<&AuditEvent>,
    ) -> Result<(), StoreError> {
        let mut parts = vec![put(&Versioned::new(attachment.clone()))?];
        parts.extend(event.map(|event| self.event_part(event)).transpose()?);
        // The id is new: where the item stands already, an attempt before this one stored it and its answer was lost.
        retry_conflicts(|| async { self.transact(parts.clone()).await }).await.map(|_| ())
    }

    /// Stores what inspection came to, in the attachment and in the message that claimed it, together.
    pub async fn settle_attachment(
        &self,
        conversation: ConversationId,
        id: AttachmentId,
        state: AttachmentState,
    ) -> Result<Settled, StoreError> {
        retry_conflicts(|| async {
            let Some(found) = self.attachment(conversation, id).await? else { return Ok(Settled::Gone) };
            if !matches!(found.value.state, AttachmentState::Pending(_)) {
                return Ok(Settled::Before);
            }
            let mut parts = vec![put(&found.with(Attachment { state, ..found.value.clone() }))?];
            if let Some(number) = found.value.message {
                let entry = self.get(schema::entry(conversation, number), true).await?;
                let entry = entry.ok_or_else(|| corrupt("a claimed attachment's message does not exist"))?;
                let entry = to_versioned_entry(entry)?;
                let settled = entry.value.clone().with_state(id, state);
                let item = items::from_entry_again(conversation, &entry.with(&settled))?;
                parts.push(Part::Put(item, Some(entry.unchanged())));
            }
            match self.transact(parts).await? {
                Written::Stored => Ok(Settled::Now),
                Written::Refused(_) => Err(lost()),
            }
        })
        .await
    }
}

/// The part that gives an attachment to a message, if nobody changed it since it was read.
pub(super) fn claim_part(found: &Versioned<Attachment>, number: EntryNumber) -> Result<Part, StoreError> {
    put(&found.with(Attachment { message: Some(number), ..found.value.clone() }))
}

fn put(attachment: &Versioned<Attachment>) -> Result<Part, StoreError> {
    Ok(Part::Put(from_attachment(attachment)?, Some(attachment.unchanged())))
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttachmentItem {
    patient_id: PatientId,
    by: PersonItem,
    at: i64,
    state: StateItem,
    #[serde(rename = "n", skip_serializing_if = "Option::is_none")]
    message: Option<EntryNumber>,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    version: u64,
}

fn from_attachment(attachment: &Versioned<Attachment>) -> Result<Item, StoreError> {
    let Versioned { value: attachment, version } = attachment;
    let body = AttachmentItem {
        patient_id: attachment.patient_id,
        by: (&attachment.created_by).into(),
        at: millis(attachment.created_at),
        state: attachment.state.into(),
        message: attachment.message,
        expires_at: attachment.expires_at().map(domain::Timestamp::as_second),
        version: version + 1,
    };
    items::item(schema::attachment(attachment.conversation_id, attachment.id), None, &body)
}

fn to_attachment(
    conversation_id: ConversationId,
    id: AttachmentId,
    item: Item,
) -> Result<Versioned<Attachment>, StoreError> {
    let body: AttachmentItem = items::body("attachment", item)?;
    let attachment = Attachment {
        id,
        conversation_id,
        patient_id: body.patient_id,
        created_by: body.by.into(),
        created_at: moment(body.at)?,
        state: body.state.into(),
        message: body.message,
    };
    Ok(Versioned { value: attachment, version: body.version })
}

/// A message whose attachments change: only such items have a version.
fn to_versioned_entry(item: Item) -> Result<Versioned<Entry>, StoreError> {
    let version = match item.get("version") {
        Some(AttributeValue::N(digits)) => digits.parse().ok(),
        _ => None,
    };
    let version = version.ok_or_else(|| corrupt("an entry with attachments has no version"))?;
    Ok(Versioned { value: items::to_entry(item)?, version })
}
