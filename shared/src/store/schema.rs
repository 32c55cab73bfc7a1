//! The table: every key, index, condition and access pattern. No other module builds a key or an expression.
//!
//! One table with keys `pk` and `sk`, one index `lists` with keys `lpk` and `lsk` (all attributes
//! projected), times to live in `expiresAt`, and a stream of new and old images.
//!
//! | item | pk | sk | lpk | lsk |
//! |---|---|---|---|---|
//! | conversation head | `CONV#<id>` | `HEAD` | `PATIENT#<patient>#CONV` | `<open\|closed>#<last activity>#<id>` |
//! | entry (message, status) | `CONV#<id>` | `E#<number>` | | |
//! | task slot | `CONV#<id>` | `HEAD#TASK` | | |
//! | attachment, expiring until a message claims it | `CONV#<id>` | `ATT#<attachment>` | | |
//! | encounter | `ENC#<id>` | `ENC` | `PATIENT#<patient>#ENC` | `<begun>#<id>` |
//! | order, linked document | `ENC#<id>` | `C#<id>` | | |
//! | task | `TASK#<id>` | `TASK` | `TASKS#<pool>` | `<status>#<opened>#<id>` |
//! | read cursor | `R#<patient>#<reader>` | `<conversation>` | | |
//! | patient | `PATIENT#<id>` | `PATIENT` | | |
//! | part of a conversation's search digest | `DIGEST#<patient>` | `<conversation>#<part>` | | |
//! | patient's search term | `TERM#<two characters>` | `<term>#<patient>` | | |
//! | settings | `CONFIG` | `SETTINGS` | | |
//! | catalogue of questionnaires | `CONFIG` | `Q` | | |
//! | questionnaire | `CONFIG` | `Q#<id>` | | |
//! | questionnaire's version | `FORM#<id>` | `<version>` | | |
//! | audit event, expiring | `ACCESS#<patient>` | `<id>` | | |
//! | message id, and audit event where staff sent it; expiring | `ACCESS#<patient>` | `<message>#<conversation>` | | |
//! | idempotency key, expiring | `IDEM#<user>` | `<key's hash>` | | |
//! | contact preferences of a patient's user | `CONTACTS#<patient>` | `<user>` | | |
//! | contact preferences of a clinician | `CONTACT#<user>` | `CONTACT` | | |
//! | contact of a clinician in their pool | `POOL#<pool>` | `<user>` | | |
//! | notification watermark of a user; of the pool | `CONV#<id>` | `NOTICE#P#<user>`; `NOTICE#POOL` | | |
//!
//! | access pattern | how |
//! |---|---|
//! | a conversation; its encounter; a task; a patient; an attachment | one item by its id |
//! | open a chat: head and latest entries | one query, backwards from `HEAD` (`E#...` sorts before it) |
//! | page backwards, catch up forwards | one query on `E#<number>`, beside the head |
//! | head and task slot, to plan tasks | one query on the prefix `HEAD` |
//! | a patient's chats, open first, newest activity first | `lists`, backwards ("open" sorts after "closed") |
//! | all of a reader's cursors for one patient | one query on `R#<patient>#<reader>` |
//! | the search digests of a patient's chats; of one | one query on `DIGEST#<patient>`; prefix of `sk` |
//! | a patient's encounters, newest first | `lists`, backwards |
//! | an encounter's orders and documents | one query on the prefix `C#`, where the encounter counts any |
//! | all questionnaires | one query on the prefix `Q` |
//! | a pool's tasks by status, oldest first | `lists`, forwards |
//! | whether a message is stored | one item, by patient, message id and conversation |
//! | a patient's access log, newest first, by month | one query backwards; ids of version 7 begin with their time |
//! | someone's contact preferences; a notification watermark | one item |
//! | whom to tell of a patient's news; of a pool's | one query on `CONTACTS#<patient>`, on `POOL#<pool>` |
//! | patients by the beginning of a term | one query on `TERM#<two characters>`, prefix of `sk` |
//!
//! Times in keys are milliseconds since 1970 in 13 digits, numbers have 10 digits, so that both sort
//! as text. Read cursors and digests are the most numerous items of a list and a search, so their keys are
//! short: ids as base64url of their 16 bytes.
//!
//! No function scans. The programs of `operations/` do: one reads all heads from `lists`, others read whole tables.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use domain::Timestamp;
use domain::contact::ContactOwner;
use domain::conversation::Conversation;
use domain::encounter::Encounter;
use domain::ids::{
    AttachmentId, AuditEventId, ChartItemId, ConversationId, EncounterId, EntryNumber, MessageId, PatientId,
    QuestionnaireId, TaskId, UserId,
};
use domain::lock::Status;
use domain::task::{Task, TaskStatus};

/// The index that holds every list.
pub const LISTS: &str = "lists";

/// The table as the stack makes it.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableDefinition {
    partition_key: &'static str,
    sort_key: &'static str,
    index: IndexDefinition,
    /// The attribute that says when an item may go, in seconds since 1970.
    time_to_live: &'static str,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct IndexDefinition {
    name: &'static str,
    partition_key: &'static str,
    sort_key: &'static str,
}

/// The table as the stack makes it.
pub const TABLE: TableDefinition = TableDefinition {
    partition_key: "pk",
    sort_key: "sk",
    index: IndexDefinition { name: LISTS, partition_key: "lpk", sort_key: LIST_PLACE },
    time_to_live: EXPIRES_AT,
};

/// When an item may go, in seconds since 1970.
pub const EXPIRES_AT: &str = "expiresAt";

/// The attribute that orders a list.
pub const LIST_PLACE: &str = "lsk";

/// The sort key of conversation heads, which the stream's filter names too.
pub const HEAD: &str = "HEAD";
/// The sort key of encounters, which the stream's filter names too.
pub const ENCOUNTER: &str = "ENC";
/// The prefix of a conversation's partition key.
pub const CONVERSATION_PREFIX: &str = "CONV#";
/// The prefix of an encounter's partition key.
pub const ENCOUNTER_PREFIX: &str = "ENC#";
/// The prefix of attachments' sort keys, which the stream's filter names too.
pub const ATTACHMENT_PREFIX: &str = "ATT#";
const TASK: &str = "TASK";
const TASK_SLOT: &str = "HEAD#TASK";
/// The prefix of entries' sort keys, which the stream's filter names too.
pub const ENTRY_PREFIX: &str = "E#";

/// The item must be new.
pub const IS_NEW: &str = "attribute_not_exists(pk)";
/// The head must be the one that was read: same lock, same last number.
pub const HEAD_UNCHANGED: &str = "lockVersion = :lockVersion AND lastNumber = :lastNumber";
/// The item must be the one that was read.
pub const UNCHANGED: &str = "version = :version";
/// A read cursor must lie before the new one.
pub const CURSOR_BEFORE: &str = "attribute_not_exists(pk) OR n < :n";
/// A read cursor must lie after the new one.
pub const CURSOR_AFTER: &str = "n > :n";
/// A conversation must hold a message (patients do not see empty ones).
pub const HAS_MESSAGE: &str = "attribute_exists(lastMessageAt)";
/// An item of an access log must be an audit event: patients' message ids lie there too.
pub const IS_EVENT: &str = "attribute_exists(a)";
/// An item of the index must be a conversation's head.
pub const IS_HEAD: &str = "sk = :head";
/// A task must have this owner.
pub const IS_OWNED_BY: &str = "ownedBy.i = :owner";
/// An item must be a conversation's head or an encounter.
pub const IS_HEAD_OR_ENCOUNTER: &str = "sk IN (:head, :encounter)";
/// An entry must be a status entry.
pub const IS_STATUS: &str = "attribute_exists(lockVersion)";
/// An item's keys, and nothing else of it.
pub const KEYS: &str = "pk, sk";
/// One partition.
pub const PARTITION: &str = "pk = :pk";
/// A range of a partition.
pub const PARTITION_BETWEEN: &str = "pk = :pk AND sk BETWEEN :from AND :to";
/// A prefix in a partition.
pub const PARTITION_PREFIX: &str = "pk = :pk AND begins_with(sk, :prefix)";
/// One list.
pub const LIST: &str = "lpk = :lpk";
/// A prefix in a list.
pub const LIST_PREFIX: &str = "lpk = :lpk AND begins_with(lsk, :prefix)";

/// An item's primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The partition key.
    pub pk: String,
    /// The sort key.
    pub sk: String,
}

/// An item's place in the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListKey {
    /// The list.
    pub lpk: String,
    /// The place in it.
    pub lsk: String,
}

fn key(pk: String, sk: impl Into<String>) -> Key {
    Key { pk, sk: sk.into() }
}

/// What kind of item is at a key, by what it begins with: the rest are ids.
pub fn kind(key: &Key) -> String {
    let beginning = |text: &str| text.split('#').next().unwrap_or_default().to_owned();
    let (of, part) = (beginning(&key.pk), beginning(&key.sk));
    // These partitions hold items of several kinds.
    if key.pk.starts_with(CONVERSATION_PREFIX) || key.pk.starts_with(ENCOUNTER_PREFIX) {
        return format!("{of} {part}");
    }
    of
}

fn time(at: Timestamp) -> String {
    format!("{:013}", at.as_millisecond())
}

/// An id in its short form, 22 characters.
pub(super) fn short(id: uuid::Uuid) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

/// The id of a short form.
pub(super) fn from_short(text: &str) -> Option<uuid::Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    uuid::Uuid::from_slice(&bytes).ok()
}

/// The partition of a conversation.
pub fn conversation(id: ConversationId) -> String {
    format!("{CONVERSATION_PREFIX}{id}")
}

/// A conversation's head.
pub fn head(id: ConversationId) -> Key {
    key(conversation(id), HEAD)
}

/// A conversation's place in its patient's list.
pub fn head_list(head: &Conversation) -> ListKey {
    let status = status_prefix(head.status());
    let lsk = format!("{status}{}#{}", time(head.last_activity_at()), head.id);
    ListKey { lpk: conversations_of(head.patient_id), lsk }
}

/// Where a page of a patient's conversations ends: the keys of its last head in table and index.
pub fn list_position(of: &Conversation) -> BTreeMap<String, String> {
    let (Key { pk, sk }, ListKey { lpk, lsk }) = (head(of.id), head_list(of));
    [("pk", pk), ("sk", sk), ("lpk", lpk), (LIST_PLACE, lsk)].map(|(name, value)| (name.to_owned(), value)).into()
}

/// The list of a patient's conversations.
pub fn conversations_of(patient: PatientId) -> String {
    format!("PATIENT#{patient}#CONV")
}

/// The conversations of one status in their list.
pub const fn status_prefix(status: Status) -> &'static str {
    match status {
        Status::Open => "open#",
        Status::Closed => "closed#",
    }
}

/// An entry of a conversation.
pub fn entry(id: ConversationId, number: EntryNumber) -> Key {
    key(conversation(id), entry_sk(number))
}

/// An entry's sort key.
pub fn entry_sk(number: EntryNumber) -> String {
    format!("{ENTRY_PREFIX}{number:010}")
}

/// An attachment of a conversation.
pub fn attachment(id: ConversationId, attachment: AttachmentId) -> Key {
    key(conversation(id), format!("{ATTACHMENT_PREFIX}{attachment}"))
}

/// A conversation's task slot.
pub fn task_slot(id: ConversationId) -> Key {
    key(conversation(id), TASK_SLOT)
}

/// An encounter.
pub fn encounter(id: EncounterId) -> Key {
    key(format!("{ENCOUNTER_PREFIX}{id}"), ENCOUNTER)
}

/// The prefix of what was added to an encounter.
pub const CHART_ITEM_PREFIX: &str = "C#";

/// An order or a linked document of an encounter.
pub fn chart_item(encounter: EncounterId, id: ChartItemId) -> Key {
    Key { sk: format!("{CHART_ITEM_PREFIX}{id}"), ..self::encounter(encounter) }
}

/// An encounter's place in its patient's list.
pub fn encounter_list(encounter: &Encounter) -> ListKey {
    let lsk = format!("{}#{}", time(encounter.created_at), encounter.id);
    ListKey { lpk: encounters_of(encounter.patient_id), lsk }
}

/// The list of a patient's encounters.
pub fn encounters_of(patient: PatientId) -> String {
    format!("PATIENT#{patient}#ENC")
}

/// A task.
pub fn task(id: TaskId) -> Key {
    key(format!("TASK#{id}"), TASK)
}

/// Whether a sort key is that of a task or of a task slot.
pub fn is_task_or_slot(sk: &str) -> bool {
    [TASK, TASK_SLOT].contains(&sk)
}

/// A task's place on its pool's tasklist.
pub fn task_list(task: &Task) -> ListKey {
    let lsk = format!("{}{}#{}", task_status_prefix(task.status()), time(task.created_at), task.id);
    ListKey { lpk: tasks_of(&task.pool), lsk }
}

/// A pool's tasklist.
pub fn tasks_of(pool: &str) -> String {
    format!("TASKS#{pool}")
}

/// The tasks of one status on their tasklist; what is still to do comes first.
pub const fn task_status_prefix(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Requested => "1-requested#",
        TaskStatus::InProgress => "2-in-progress#",
        TaskStatus::Completed => "3-completed#",
    }
}

/// All of a reader's cursors for one patient.
pub fn read_cursors(patient: PatientId, reader: &UserId) -> String {
    format!("R#{}#{reader}", short(patient.uuid()))
}

/// How far a reader has read a conversation.
pub fn read_cursor(patient: PatientId, reader: &UserId, id: ConversationId) -> Key {
    key(read_cursors(patient, reader), short(id.uuid()))
}

/// The conversation of a read cursor, from its sort key.
pub fn cursor_conversation(sk: &str) -> Option<ConversationId> {
    from_short(sk).map(ConversationId::new)
}

/// The search digests of a patient's conversations.
pub fn digests(patient: PatientId) -> String {
    format!("DIGEST#{}", short(patient.uuid()))
}

/// The parts of a conversation's search digest.
pub fn digest_prefix(id: ConversationId) -> String {
    format!("{}#", short(id.uuid()))
}

/// A part of a conversation's search digest.
pub fn digest(patient: PatientId, id: ConversationId, part: u32) -> Key {
    key(digests(patient), format!("{}{part}", digest_prefix(id)))
}

/// The conversation and the number of a digest's part, from its sort key.
pub fn digest_part(sk: &str) -> Option<(ConversationId, u32)> {
    let (id, part) = sk.split_once('#')?;
    Some((ConversationId::new(from_short(id)?), part.parse().ok()?))
}

/// An audit event.
pub fn audit_event(patient: PatientId, id: AuditEventId) -> Key {
    key(access_log(patient), id.uuid().simple().to_string())
}

/// The record that a message is stored, which is the audit event of its sending too.
pub fn message_id(patient: PatientId, message: MessageId, id: ConversationId) -> Key {
    key(access_log(patient), format!("{}#{}", message.uuid().simple(), short(id.uuid())))
}

/// The id of an audit event, from its sort key.
pub fn event_id(sk: &str) -> Option<AuditEventId> {
    let id = sk.split('#').next()?;
    uuid::Uuid::try_parse(id).ok().map(AuditEventId::new)
}

/// A patient's access log.
pub fn access_log(patient: PatientId) -> String {
    format!("ACCESS#{patient}")
}

/// Where in an access log the ids begin that were made at a time, in milliseconds since 1970 (RFC 9562, section 5.7).
pub fn access_from(milliseconds: u64) -> String {
    format!("{milliseconds:012x}")
}

/// A patient.
pub fn patient(id: PatientId) -> Key {
    key(format!("PATIENT#{id}"), "PATIENT")
}

/// A word that a patient is found by.
pub fn search_term(term: &str, id: PatientId) -> Key {
    key(search_terms(term), format!("{term}#{id}"))
}

/// The words that begin with the same two characters.
pub fn search_terms(term: &str) -> String {
    let beginning: String = term.chars().take(2).collect();
    format!("TERM#{beginning}")
}

/// The settings.
pub fn settings() -> Key {
    key(configuration(), "SETTINGS")
}

/// The configuration.
pub fn configuration() -> String {
    "CONFIG".into()
}

/// The sort key of the questionnaires' catalogue, with which those of the questionnaires begin.
pub const CATALOGUE: &str = "Q";

/// The catalogue of questionnaires.
pub fn catalogue() -> Key {
    key(configuration(), CATALOGUE)
}

/// A questionnaire.
pub fn questionnaire(id: QuestionnaireId) -> Key {
    key(configuration(), format!("{CATALOGUE}#{id}"))
}

/// All versions of a questionnaire.
pub fn questionnaire_versions(id: QuestionnaireId) -> String {
    format!("FORM#{id}")
}

/// A version of a questionnaire.
pub fn questionnaire_version(id: QuestionnaireId, version: u32) -> Key {
    key(questionnaire_versions(id), format!("{version:010}"))
}

/// What was created under a client's `Idempotency-Key`; `hash` is the key's, never the key.
pub fn idempotency(user: &UserId, hash: &str) -> Key {
    key(format!("IDEM#{user}"), hash)
}

/// Someone's contact preferences.
pub fn contact(owner: &ContactOwner) -> Key {
    match owner {
        ContactOwner::Patient(patient, user) => key(contacts_of_patient(*patient), user.as_str()),
        ContactOwner::Clinician(user) => key(format!("CONTACT#{user}"), "CONTACT"),
    }
}

/// The contact preferences of all who sign in for a patient.
pub fn contacts_of_patient(patient: PatientId) -> String {
    format!("CONTACTS#{patient}")
}

/// The contacts of all clinicians who are told what their pool is told.
pub fn contacts_of_pool(pool: &str) -> String {
    format!("POOL#{pool}")
}

/// A clinician's contact in their pool.
pub fn contact_in_pool(pool: &str, user: &UserId) -> Key {
    key(contacts_of_pool(pool), user.as_str())
}

/// A user's notification watermark in a conversation; without a user, the pool's.
pub fn notification_watermark(id: ConversationId, user: Option<&UserId>) -> Key {
    let recipient = user.map_or_else(|| "NOTICE#POOL".to_owned(), |user| format!("NOTICE#P#{user}"));
    key(conversation(id), recipient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_is_read_backwards_from_its_head() {
        let id = ConversationId::new(uuid::Uuid::nil());
        assert!(entry(id, u64::from(u32::MAX)).sk < head(id).sk);
        assert!(entry(id, 9).sk < entry(id, 10).sk);
        assert!(attachment(id, AttachmentId::new(uuid::Uuid::nil())).sk < entry(id, 0).sk);
        assert!(head(id).sk < task_slot(id).sk);
        assert!(status_prefix(Status::Closed) < status_prefix(Status::Open));
        assert!(head(id).sk < notification_watermark(id, None).sk, "nor are notification watermarks");
    }

    #[test]
    fn an_access_log_is_ordered_by_time() {
        let patient = PatientId::new(uuid::Uuid::nil());
        let made = |at| AuditEventId::new(uuid::Builder::from_unix_timestamp_millis(at, &[0xff; 10]).into_uuid());
        let at = 1_795_338_000_000;
        let (before, after) = (audit_event(patient, made(at - 1)).sk, audit_event(patient, made(at)).sk);
        assert!(before < access_from(at) && access_from(at) < after);
        let sent = message_id(patient, MessageId::new(made(at).uuid()), ConversationId::new(uuid::Uuid::nil()));
        assert_eq!(event_id(&sent.sk), Some(made(at)));
        assert_eq!(event_id(&after), Some(made(at)));
    }

    #[test]
    fn a_cursors_key_says_its_conversation() {
        let id = ConversationId::new(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_000a));
        let key = read_cursor(PatientId::new(uuid::Uuid::nil()), &UserId::new("a#b").unwrap(), id);
        assert_eq!(cursor_conversation(&key.sk), Some(id));
        assert!(key.pk.len() + key.sk.len() < 60, "{key:?}");
    }

    #[test]
    fn a_digests_key_says_its_conversation_and_part() {
        let id = ConversationId::new(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_000a));
        let key = digest(PatientId::new(uuid::Uuid::nil()), id, 12);
        assert!(key.sk.starts_with(&digest_prefix(id)));
        assert_eq!(digest_part(&key.sk), Some((id, 12)));
        assert_eq!(digest_part("x"), None);
    }
}
