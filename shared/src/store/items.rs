//! The items: what of the domain is stored under which attribute, and back.
//!
//! A conversation head must stay under 1 KB (a write unit) and 50 letters of 1 KB must cost 4 read units, so
//! what every item holds is short: people under one-letter names, message ids in 22 characters.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::attachment_state::AttachedItem;
use super::schema::{self, Key, ListKey};
use super::table::Condition;
pub(super) use super::table::Item;
use super::text_codec::StoredText;
use domain::Timestamp;
use domain::attachment::AttachmentRef;
use domain::chart_item::ChartCounts;
use domain::conversation::{Closing, Conversation, LastMessage};
use domain::encounter::Encounter;
use domain::entry::{Content, Entry};
use domain::ids::{ConversationId, EncounterId, EntryNumber, MessageId, PatientId, TaskId, UserId};
use domain::lock::{Lock, LockHistory, LockVersion};
use domain::patient::Patient;
use domain::person::{Person, Role};
use domain::questionnaire::QuestionnaireResponse;
use domain::task::{Completion, Owner, Progress, Task, TaskSlot};
use domain::text::{MessageText, Title};

/// Turns something into an item under its key, and its place in a list.
pub(super) fn item<T: Serialize>(key: Key, list: Option<ListKey>, body: &T) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(body).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    item.insert("pk".into(), AttributeValue::S(key.pk));
    item.insert("sk".into(), AttributeValue::S(key.sk));
    if let Some(list) = list {
        item.insert("lpk".into(), AttributeValue::S(list.lpk));
        item.insert("lsk".into(), AttributeValue::S(list.lsk));
    }
    Ok(item)
}

/// Reads an item's body. An item that can't be read names its kind, never its content.
pub(super) fn body<T: for<'a> Deserialize<'a>>(kind: &'static str, item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| {
        // The error's text may quote a value; only a missing field's name is kept.
        let text = error.to_string();
        let field =
            text.strip_prefix("missing field").and_then(|rest| rest.split('`').nth(1)).unwrap_or("an attribute");
        StoreError::Corrupt(format!("a {kind} item can't be read: {field}"))
    })
}

pub(super) fn corrupt(what: &'static str) -> StoreError {
    StoreError::Corrupt(what.into())
}

pub(super) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

pub(super) fn moment(millis: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millis).map_err(|_| corrupt("a time is out of range"))
}

#[derive(Serialize, Deserialize)]
pub(super) struct PersonItem {
    i: UserId,
    n: String,
    r: RoleItem,
}

#[derive(Serialize, Deserialize)]
pub(super) enum RoleItem {
    #[serde(rename = "p")]
    Patient,
    #[serde(rename = "c")]
    Clinician,
    #[serde(rename = "a")]
    Admin,
}

impl From<Role> for RoleItem {
    fn from(role: Role) -> Self {
        match role {
            Role::Patient => Self::Patient,
            Role::Clinician => Self::Clinician,
            Role::Admin => Self::Admin,
        }
    }
}

impl From<RoleItem> for Role {
    fn from(role: RoleItem) -> Self {
        match role {
            RoleItem::Patient => Self::Patient,
            RoleItem::Clinician => Self::Clinician,
            RoleItem::Admin => Self::Admin,
        }
    }
}

impl From<&Person> for PersonItem {
    fn from(person: &Person) -> Self {
        Self { i: person.user_id.clone(), n: person.name.clone(), r: person.role.into() }
    }
}

impl From<PersonItem> for Person {
    fn from(item: PersonItem) -> Self {
        Self { user_id: item.i, role: item.r.into(), name: item.n }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeadItem {
    id: ConversationId,
    patient_id: PatientId,
    encounter_id: EncounterId,
    title: String,
    lock_version: LockVersion,
    locked_at: i64,
    locked_by: PersonItem,
    last_number: EntryNumber,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_message_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preview: Option<String>,
    /// How many images the last message holds. Absent for none, and where it was stored before they were counted.
    #[serde(default, skip_serializing_if = "is_zero")]
    images: u32,
    last_patient: EntryNumber,
    last_staff: EntryNumber,
    #[serde(skip_serializing_if = "Option::is_none")]
    awaiting_since: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closing: Option<ClosingItem>,
    created_at: i64,
    created_by: PersonItem,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[derive(Serialize, Deserialize)]
struct ClosingItem {
    #[serde(rename = "#")]
    number: EntryNumber,
    by: PersonItem,
}

pub(super) fn from_head(head: &Conversation) -> Result<Item, StoreError> {
    let last = head.last_message.as_ref();
    let closing = head.last_closing.as_ref();
    let body = HeadItem {
        id: head.id,
        patient_id: head.patient_id,
        encounter_id: head.encounter_id,
        title: head.title.as_str().to_owned(),
        lock_version: head.lock.version,
        locked_at: millis(head.lock.changed_at),
        locked_by: (&head.lock.changed_by).into(),
        last_number: head.last_number,
        last_message_at: last.map(|message| millis(message.at)),
        preview: last.map(|message| message.preview.clone()),
        images: last.map_or(0, |message| message.images),
        last_patient: head.last_patient_number,
        last_staff: head.last_staff_number,
        awaiting_since: head.awaiting_reply_since.map(millis),
        closing: closing.map(|closing| ClosingItem { number: closing.number, by: (&closing.by).into() }),
        created_at: millis(head.created_at),
        created_by: (&head.created_by).into(),
    };
    item(schema::head(head.id), Some(schema::head_list(head)), &body)
}

pub(super) fn to_head(item: Item) -> Result<Conversation, StoreError> {
    let body: HeadItem = body("conversation", item)?;
    let last_message = match (body.last_message_at, body.preview) {
        (Some(at), Some(preview)) => Some(LastMessage { at: moment(at)?, preview, images: body.images }),
        _ => None,
    };
    Ok(Conversation {
        id: body.id,
        patient_id: body.patient_id,
        encounter_id: body.encounter_id,
        title: Title::from_store(body.title),
        lock: Lock {
            version: body.lock_version,
            changed_at: moment(body.locked_at)?,
            changed_by: body.locked_by.into(),
        },
        last_number: body.last_number,
        last_message,
        last_patient_number: body.last_patient,
        last_staff_number: body.last_staff,
        awaiting_reply_since: body.awaiting_since.map(moment).transpose()?,
        last_closing: body.closing.map(|closing| Closing { number: closing.number, by: closing.by.into() }),
        created_at: moment(body.created_at)?,
        created_by: body.created_by.into(),
    })
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryItem {
    by: PersonItem,
    at: i64,
    /// The message's id, in its short form.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    text: Option<StoredText>,
    /// The answered questionnaire as JSON, which the text codec makes small.
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<StoredText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock_version: Option<LockVersion>,
    #[serde(rename = "att", default, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<AttachedItem>,
    /// Only where attachments stand in it, whose states still change.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
}

pub(super) fn from_entry(conversation: ConversationId, entry: &Entry) -> Result<Item, StoreError> {
    from_entry_again(conversation, &Versioned::new(entry))
}

/// An entry to be stored again: the states of its attachments change.
pub(super) fn from_entry_again(conversation: ConversationId, entry: &Versioned<&Entry>) -> Result<Item, StoreError> {
    let Versioned { value: entry, version } = entry;
    let mut body = EntryItem {
        by: (&entry.sender).into(),
        at: millis(entry.sent_at),
        id: None,
        text: None,
        response: None,
        lock_version: None,
        attachments: Vec::new(),
        version: None,
    };
    match &entry.content {
        Content::Message { id, text, response, attachments } => {
            body.attachments = attachments.iter().map(AttachedItem::from).collect();
            body.version = (!attachments.is_empty()).then_some(version + 1);
            body.id = Some(schema::short(id.uuid()));
            body.text = Some(StoredText(text.as_str().to_owned()));
            let response = response.as_ref().map(serde_json::to_string).transpose();
            let response = response.map_err(|_| corrupt("a questionnaire response can't be written"))?;
            body.response = response.map(StoredText);
        }
        Content::Status(version) => body.lock_version = Some(*version),
    }
    item(schema::entry(conversation, entry.number), None, &body)
}

pub(super) fn to_entry(item: Item) -> Result<Entry, StoreError> {
    let number = match item.get("sk") {
        Some(AttributeValue::S(sk)) => sk.trim_start_matches("E#").parse().ok(),
        _ => None,
    };
    let number = number.ok_or_else(|| corrupt("an entry has no number"))?;
    let body: EntryItem = body("entry", item)?;
    let content = match (body.id, body.text, body.lock_version) {
        (Some(id), Some(text), None) => {
            let id = schema::from_short(&id).ok_or_else(|| corrupt("a message has no id"))?;
            let id = MessageId::new(id);
            let response = body.response.map(|json| serde_json::from_str::<QuestionnaireResponse>(&json.0)).transpose();
            let response = response.map_err(|_| corrupt("a questionnaire response can't be read"))?;
            let attachments = body.attachments.into_iter().map(AttachmentRef::try_from).collect::<Result<_, _>>()?;
            Content::Message { id, text: MessageText::from_store(text.0), response, attachments }
        }
        (None, None, Some(version)) => Content::Status(version),
        _ => return Err(corrupt("an entry is neither a message nor a status")),
    };
    Ok(Entry { number, sender: body.by.into(), sent_at: moment(body.at)?, content })
}

/// A read cursor.
#[derive(Serialize, Deserialize)]
pub(super) struct CursorItem {
    pub(super) n: EntryNumber,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EncounterItem {
    id: EncounterId,
    patient_id: PatientId,
    conversation_id: ConversationId,
    #[serde(rename = "type")]
    encounter_type: String,
    changes: Vec<LockItem>,
    agreed: LockVersion,
    #[serde(default)]
    orders: u32,
    #[serde(default)]
    documents: u32,
    created_at: i64,
    version: u64,
}

#[derive(Serialize, Deserialize)]
struct LockItem {
    v: LockVersion,
    at: i64,
    by: PersonItem,
}

/// Something with the version of its item, which grows at each write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// What was read.
    pub value: T,
    /// The item's version when it was read; 0 where there was none.
    pub(super) version: u64,
}

impl<T> Versioned<T> {
    pub(super) const fn new(value: T) -> Self {
        Self { value, version: 0 }
    }

    /// The same item with another value, to be stored if it was not changed meanwhile.
    pub const fn with<U>(&self, value: U) -> Versioned<U> {
        Versioned { value, version: self.version }
    }

    /// The condition that the item is as it was read.
    pub(super) fn unchanged(&self) -> Condition {
        Condition::version(self.version)
    }
}

pub(super) fn from_encounter(encounter: &Versioned<Encounter>) -> Result<Item, StoreError> {
    let Versioned { value: encounter, version } = encounter;
    let changes = encounter.lock.changes().iter();
    let body = EncounterItem {
        id: encounter.id,
        patient_id: encounter.patient_id,
        conversation_id: encounter.conversation_id,
        encounter_type: encounter.encounter_type.clone(),
        changes: changes
            .map(|lock| LockItem { v: lock.version, at: millis(lock.changed_at), by: (&lock.changed_by).into() })
            .collect(),
        agreed: encounter.lock.synced(),
        orders: encounter.chart_counts.orders,
        documents: encounter.chart_counts.documents,
        created_at: millis(encounter.created_at),
        version: version + 1,
    };
    item(schema::encounter(encounter.id), Some(schema::encounter_list(encounter)), &body)
}

pub(super) fn to_encounter(item: Item) -> Result<Versioned<Encounter>, StoreError> {
    let body: EncounterItem = body("encounter", item)?;
    let changes = body
        .changes
        .into_iter()
        .map(|lock| Ok(Lock { version: lock.v, changed_at: moment(lock.at)?, changed_by: lock.by.into() }));
    let changes = changes.collect::<Result<Vec<_>, StoreError>>()?;
    let lock = LockHistory::from_store(changes, body.agreed).ok_or_else(|| corrupt("an encounter has no history"))?;
    let encounter = Encounter {
        id: body.id,
        patient_id: body.patient_id,
        conversation_id: body.conversation_id,
        encounter_type: body.encounter_type,
        lock,
        chart_counts: ChartCounts { orders: body.orders, documents: body.documents },
        created_at: moment(body.created_at)?,
    };
    Ok(Versioned { value: encounter, version: body.version })
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaskItem {
    id: TaskId,
    conversation_id: ConversationId,
    patient_id: PatientId,
    title: String,
    patient_name: String,
    pool: String,
    opened_by: EntryNumber,
    #[serde(rename = "ownedBy", skip_serializing_if = "Option::is_none")]
    owner: Option<OwnerItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_by: Option<PersonItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_by: Option<EntryNumber>,
    created_at: i64,
    version: u64,
}

#[derive(Serialize, Deserialize)]
struct OwnerItem {
    i: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
}

pub(super) fn from_task(task: &Versioned<Task>) -> Result<Item, StoreError> {
    let Versioned { value: task, version } = task;
    let completion = match &task.progress {
        Progress::Completed(completion, _) => Some(completion),
        Progress::Requested | Progress::InProgress(_) => None,
    };
    let body = TaskItem {
        id: task.id,
        conversation_id: task.conversation_id,
        patient_id: task.patient_id,
        title: task.title.clone(),
        patient_name: task.patient_name.clone(),
        pool: task.pool.clone(),
        opened_by: task.opened_by_number,
        owner: task.owner().map(|owner| OwnerItem { i: owner.user_id.clone(), n: owner.name.clone() }),
        completed_by: completion.map(|completion| (&completion.by).into()),
        completed_at: completion.map(|completion| millis(completion.at)),
        answered_by: completion.and_then(|completion| completion.answered_by),
        created_at: millis(task.created_at),
        version: version + 1,
    };
    item(schema::task(task.id), Some(schema::task_list(task)), &body)
}

pub(super) fn to_task(item: Item) -> Result<Versioned<Task>, StoreError> {
    let body: TaskItem = body("task", item)?;
    let owner = body.owner.map(|owner| Owner { user_id: owner.i, name: owner.n });
    let progress = match (body.completed_by, body.completed_at, owner) {
        (Some(by), Some(at), owner) => {
            let completion = Completion { by: by.into(), at: moment(at)?, answered_by: body.answered_by };
            Progress::Completed(completion, owner)
        }
        (None, None, Some(owner)) => Progress::InProgress(owner),
        (None, None, None) => Progress::Requested,
        _ => return Err(corrupt("a task is half completed")),
    };
    let task = Task {
        id: body.id,
        conversation_id: body.conversation_id,
        patient_id: body.patient_id,
        title: body.title,
        patient_name: body.patient_name,
        pool: body.pool,
        opened_by_number: body.opened_by,
        progress,
        created_at: moment(body.created_at)?,
    };
    Ok(Versioned { value: task, version: body.version })
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaskSlotItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<TaskId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_by: Option<EntryNumber>,
    up_to: EntryNumber,
    version: u64,
}

pub(super) fn from_task_slot(id: ConversationId, slot: &Versioned<TaskSlot>) -> Result<Item, StoreError> {
    let body = TaskSlotItem {
        open: slot.value.open.map(|(task, _)| task),
        opened_by: slot.value.open.map(|(_, number)| number),
        up_to: slot.value.up_to,
        version: slot.version + 1,
    };
    item(schema::task_slot(id), None, &body)
}

pub(super) fn to_task_slot(item: Item) -> Result<Versioned<TaskSlot>, StoreError> {
    let body: TaskSlotItem = body("task slot", item)?;
    let slot = TaskSlot { open: body.open.zip(body.opened_by), up_to: body.up_to };
    Ok(Versioned { value: slot, version: body.version })
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PatientItem {
    id: PatientId,
    name: String,
    birth_date: jiff::civil::Date,
    record_number: String,
}

/// A patient, under their own key or under that of a search term.
pub(super) fn from_patient(key: Key, patient: &Patient) -> Result<Item, StoreError> {
    let body = PatientItem {
        id: patient.id,
        name: patient.name.clone(),
        birth_date: patient.birth_date,
        record_number: patient.record_number.clone(),
    };
    item(key, None, &body)
}

pub(super) fn to_patient(item: Item) -> Result<Patient, StoreError> {
    let body: PatientItem = body("patient", item)?;
    Ok(Patient { id: body.id, name: body.name, birth_date: body.birth_date, record_number: body.record_number })
}

/// What was created under an idempotency key.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IdempotencyItem {
    pub(super) conversation_id: ConversationId,
    pub(super) request: String,
    /// Seconds since 1970.
    pub(super) expires_at: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Person {
        #[expect(dead_code, reason = "only read")]
        role: RoleItem,
    }

    #[test]
    fn what_can_not_be_read_names_a_missing_field_and_never_a_value() {
        let refusal = |item: Item| body::<Person>("person", item).err().map(|error| error.to_string()).unwrap();
        assert_eq!(refusal(Item::new()), "a person item can't be read: role");
        let role = Item::from([("role".to_owned(), AttributeValue::S("secret".into()))]);
        assert_eq!(refusal(role), "a person item can't be read: an attribute");
    }
}
