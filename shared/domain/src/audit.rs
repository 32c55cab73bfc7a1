//! Audit events: which staff member read or changed which part of a patient's record (FHIR R4 `AuditEvent`).
//!
//! Every access by staff to a patient's conversation, attachment or encounter is recorded (rule 9): a write in the
//! same transaction, a read before the response is sent. Events are never changed; they are deleted only by expiry.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::ids::{AttachmentId, AuditEventId, ConversationId, EncounterId, MessageId, PatientId};
use crate::person::{Person, Role};
use crate::time::Timestamp;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Listed or searched the patient's conversations.
    ListConversations,
    /// Created a conversation.
    CreateConversation,
    /// Read a conversation.
    ReadConversation,
    /// Sent a message.
    SendMessage,
    /// Closed a conversation.
    CloseConversation,
    /// Reopened a conversation.
    ReopenConversation,
    /// Started the upload of an image.
    CreateAttachment,
    /// Read an image.
    ReadAttachment,
    /// Listed the patient's encounters.
    ListEncounters,
    /// Read an encounter.
    ReadEncounter,
    /// Finished an encounter, which closes its conversation.
    FinishEncounter,
    /// Reopened an encounter, which reopens its conversation.
    ResumeEncounter,
    /// Added an order to an encounter.
    CreateOrder,
    /// Linked a document to an encounter.
    LinkDocument,
}

/// The part of a patient's record that was accessed (FHIR's `entity`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    /// The record as a whole, for the lists.
    Patient,
    /// A conversation.
    Conversation(ConversationId),
    /// An attachment of a conversation.
    Attachment(ConversationId, AttachmentId),
    /// An encounter.
    Encounter(EncounterId),
}

/// Where a request came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// The caller's IP address, as the gateway reports it.
    pub address: Option<String>,
    /// The request's id, also in the function's log line.
    pub request_id: String,
}

/// The staff member who makes a request (FHIR's `agent`). Creates the request's audit events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// The staff member.
    pub person: Person,
    /// Where the request came from.
    pub source: Source,
    /// The time of the request.
    pub at: Timestamp,
    /// A new id for the event of a change.
    pub id: AuditEventId,
}

/// An audit event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its id, a UUID of version 7: events are ordered by it.
    pub id: AuditEventId,
    /// The patient whose record was accessed.
    pub patient_id: PatientId,
    /// What was done.
    pub action: Action,
    /// The part of the record that was accessed.
    pub entity: Entity,
    /// The staff member who did it.
    pub agent: Person,
    /// Where the request came from.
    pub source: Source,
    /// The time of the request.
    pub recorded_at: Timestamp,
}

/// Repeated reads of one entity within this window (in milliseconds) are one event: clients poll open conversations.
const READ_WINDOW_MS: i64 = 15 * 60 * 1000;

/// How far (in seconds) the time in a message's id may be from the server's clock for the event to reuse the id.
const MAX_CLOCK_SKEW_SECONDS: i64 = 15 * 60;

impl Agent {
    /// The staff member to audit; none for patients, whose own access is not audited.
    pub fn staff(person: &Person, source: Source, at: Timestamp, id: AuditEventId) -> Option<Self> {
        match person.role {
            Role::Patient => None,
            Role::Clinician | Role::Admin => Some(Self { person: person.clone(), source, at, id }),
        }
    }

    /// The audit event of a change.
    pub fn changed(&self, patient_id: PatientId, action: Action, entity: Entity) -> AuditEvent {
        self.event(self.id, patient_id, action, entity)
    }

    /// The audit event of a sent message. It reuses the message's id if that contains the current time, so that one
    /// item serves as audit event and as proof that the message is stored.
    pub fn sent(&self, patient_id: PatientId, conversation: ConversationId, message: MessageId) -> AuditEvent {
        let made = message.made_at();
        let is_current =
            made.is_some_and(|made| (made.as_second() - self.at.as_second()).abs() <= MAX_CLOCK_SKEW_SECONDS);
        let id = if is_current { AuditEventId::new(message.uuid()) } else { self.id };
        self.event(id, patient_id, Action::SendMessage, Entity::Conversation(conversation))
    }

    /// The audit event of a read. All functions derive the same id for the same read in the same window.
    pub fn read(&self, patient_id: PatientId, action: Action, entity: Entity) -> AuditEvent {
        let window_start = self.at.as_millisecond().div_euclid(READ_WINDOW_MS) * READ_WINDOW_MS;
        let subject = format!("{}\n{patient_id}\n{action:?}\n{entity:?}", self.person.user_id);
        let hash: [u8; 32] = Sha256::digest(subject).into();
        let mut random = [0; 10];
        random.copy_from_slice(&hash[..10]);
        let id = uuid::Builder::from_unix_timestamp_millis(window_start.unsigned_abs(), &random).into_uuid();
        self.event(AuditEventId::new(id), patient_id, action, entity)
    }

    fn event(&self, id: AuditEventId, patient_id: PatientId, action: Action, entity: Entity) -> AuditEvent {
        let (agent, source) = (self.person.clone(), self.source.clone());
        AuditEvent { id, patient_id, action, entity, agent, source, recorded_at: self.at }
    }
}

/// The reads that a warm function has already recorded in the current window.
#[derive(Debug, Default)]
pub struct RecordedReads {
    window: i64,
    ids: HashSet<AuditEventId>,
}

impl RecordedReads {
    /// Whether the event is already recorded.
    pub fn contains(&self, event: &AuditEvent) -> bool {
        self.ids.contains(&event.id)
    }

    /// Remembers that the event is recorded and forgets the events of earlier windows.
    pub fn insert(&mut self, event: &AuditEvent) {
        let window = event.recorded_at.as_millisecond().div_euclid(READ_WINDOW_MS);
        if window != self.window {
            self.ids.clear();
            self.window = window;
        }
        self.ids.insert(event.id);
    }
}

/// A month of the access log, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(jiff::civil::Date);

impl Month {
    /// Parses a month such as `2026-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 7 && text.bytes().enumerate().all(|(at, c)| (at == 4) == (c == b'-'));
        let first: jiff::civil::Date = digits.then(|| format!("{text}-01").parse().ok()).flatten()?;
        (first.year() >= 1970).then_some(Self(first))
    }

    /// The first millisecond of this month and of the next one, since 1970.
    pub fn range(&self) -> Option<(u64, u64)> {
        let millisecond = |date: jiff::civil::Date| {
            let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
            u64::try_from(midnight.timestamp().as_millisecond()).ok()
        };
        let next = self.0.checked_add(jiff::Span::new().months(1)).ok()?;
        millisecond(self.0).zip(millisecond(next))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::samples::{ana, clara, empty};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn agent(now: &str) -> Agent {
        let source = Source { address: Some("203.0.113.7".into()), request_id: "r".into() };
        Agent::staff(&clara(), source, at(now), AuditEventId::new(Uuid::from_u128(9))).unwrap()
    }

    fn read(now: &str, entity: Entity) -> AuditEvent {
        agent(now).read(empty().patient_id, Action::ReadConversation, entity)
    }

    #[test]
    fn patients_are_not_audited() {
        assert_eq!(
            Agent::staff(&ana(), Source::default(), at("2026-11-24T09:00:00Z"), agent("2026-11-24T09:00:00Z").id),
            None
        );
    }

    #[test]
    fn repeated_reads_within_a_quarter_of_an_hour_are_one_event() {
        let conversation = Entity::Conversation(empty().id);
        let first = read("2026-11-24T09:00:00Z", conversation);
        assert_eq!(first.id, read("2026-11-24T09:14:59Z", conversation).id);
        assert_eq!(first.id.uuid().get_version_num(), 7);
        assert_ne!(first.id, read("2026-11-24T09:15:00Z", conversation).id);
        assert_ne!(first.id, read("2026-11-24T09:00:00Z", Entity::Patient).id);
        let mut recorded = RecordedReads::default();
        recorded.insert(&first);
        assert!(recorded.contains(&read("2026-11-24T09:14:59Z", conversation)));
        let later = read("2026-11-24T09:15:00Z", conversation);
        assert!(!recorded.contains(&later));
        recorded.insert(&later);
        assert!(!recorded.contains(&first), "events of earlier windows are forgotten");
    }

    #[test]
    fn an_event_reuses_a_message_id_with_the_current_time() {
        let head = empty();
        let clara = agent("2026-11-24T09:00:00Z");
        let made = |at: Timestamp| {
            let milliseconds = at.as_millisecond().unsigned_abs();
            MessageId::new(uuid::Builder::from_unix_timestamp_millis(milliseconds, &[7; 10]).into_uuid())
        };
        let now = made(at("2026-11-24T08:50:00Z"));
        assert_eq!(clara.sent(head.patient_id, head.id, now).id.uuid(), now.uuid());
        for other in ["2026-11-24T08:40:00Z", "2026-11-24T09:20:00Z", "2019-01-01T00:00:00Z"] {
            let sent = clara.sent(head.patient_id, head.id, made(at(other)));
            assert_eq!(sent.id, clara.id, "a forged time must not hide an event: {other}");
        }
        let no_time = MessageId::new(Uuid::new_v4());
        assert_eq!(clara.sent(head.patient_id, head.id, no_time).id, clara.id);
    }

    #[test]
    fn months_are_in_utc() {
        let range = Month::parse("2026-12").unwrap().range().unwrap();
        let millisecond = |text: &str| at(text).as_millisecond().unsigned_abs();
        assert_eq!(range, (millisecond("2026-12-01T00:00:00Z"), millisecond("2027-01-01T00:00:00Z")));
        for wrong in ["2026-13", "2026-1", "26-12", "2026-12-01", "", "1969-12", "+026-12", "2026/12"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }
}
