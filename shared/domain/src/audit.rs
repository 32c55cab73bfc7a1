//! Audit events: which of the staff saw or changed what of a patient's, when and from where (FHIR R4 `AuditEvent`).
//!
//! Every access by staff to a patient's conversation, attachment or encounter leaves one (rule 9): a change in the
//! transaction that makes it, reading before it is answered. Nothing changes or removes an event but its age.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Timestamp;
use super::ids::{AttachmentId, AuditEventId, ConversationId, EncounterId, MessageId, PatientId};
use super::person::{Person, Role};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Saw the list of the patient's conversations, or searched it.
    ListConversations,
    /// Began a conversation.
    CreateConversation,
    /// Saw a conversation.
    ReadConversation,
    /// Sent a message.
    SendMessage,
    /// Closed a conversation.
    CloseConversation,
    /// Reopened a conversation.
    ReopenConversation,
    /// Uploaded an image.
    CreateAttachment,
    /// Saw an image.
    ReadAttachment,
    /// Saw the list of the patient's encounters.
    ListEncounters,
    /// Saw an encounter.
    ReadEncounter,
    /// Finished an encounter, which closes its conversation.
    FinishEncounter,
    /// Resumed an encounter, which reopens its conversation.
    ResumeEncounter,
    /// Added an order to an encounter.
    CreateOrder,
    /// Linked a document to an encounter.
    LinkDocument,
}

/// What it was done to (FHIR's `entity`), in a patient's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    /// The record as a whole: its lists.
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
    /// The caller's network address, as the gateway saw it.
    pub address: Option<String>,
    /// The request's id, which the function's log line has too.
    pub request_id: String,
}

/// One of the staff at a request of theirs, whose accesses leave events (FHIR's `agent`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Who they are.
    pub person: Person,
    /// Where they are.
    pub source: Source,
    /// When.
    pub at: Timestamp,
    /// A new id, for what they change.
    pub id: AuditEventId,
}

/// An audit event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its id, a UUID of version 7: events are ordered by it.
    pub id: AuditEventId,
    /// Whose record it was.
    pub patient_id: PatientId,
    /// What was done.
    pub action: Action,
    /// To what.
    pub entity: Entity,
    /// Who did it.
    pub agent: Person,
    /// From where.
    pub source: Source,
    /// When.
    pub recorded_at: Timestamp,
}

/// Reading the same thing again within so long is one event: a chat that is polled would fill the log.
const READING: i64 = 15 * 60 * 1000;

/// How far a message's id may be from the time of its sending to also be the event's.
const CLOCK_SKEW: i64 = 15 * 60;

impl Agent {
    /// Whoever acts, if they are staff: patients' own accesses leave no events.
    pub fn staff(person: &Person, source: Source, at: Timestamp, id: AuditEventId) -> Option<Self> {
        match person.role {
            Role::Patient => None,
            Role::Clinician | Role::Admin => Some(Self { person: person.clone(), source, at, id }),
        }
    }

    /// The event of a change.
    pub fn changed(&self, patient_id: PatientId, action: Action, entity: Entity) -> AuditEvent {
        self.event(self.id, patient_id, action, entity)
    }

    /// The event of a message's sending. It has the message's id where that is of this time, so that one
    /// item records that the message is stored and who sent it.
    pub fn sent(&self, patient_id: PatientId, conversation: ConversationId, message: MessageId) -> AuditEvent {
        let made = message.made_at();
        let of_now = made.is_some_and(|made| (made.as_second() - self.at.as_second()).abs() <= CLOCK_SKEW);
        let id = if of_now { AuditEventId::new(message.uuid()) } else { self.id };
        self.event(id, patient_id, Action::SendMessage, Entity::Conversation(conversation))
    }

    /// The event of reading. Within the same quarter of an hour it has the same id, wherever it is recorded.
    pub fn read(&self, patient_id: PatientId, action: Action, entity: Entity) -> AuditEvent {
        let quarter = self.at.as_millisecond().div_euclid(READING) * READING;
        let what = format!("{}\n{patient_id}\n{action:?}\n{entity:?}", self.person.user_id);
        let hash: [u8; 32] = Sha256::digest(what).into();
        let mut random = [0; 10];
        random.copy_from_slice(&hash[..10]);
        let id = uuid::Builder::from_unix_timestamp_millis(quarter.unsigned_abs(), &random).into_uuid();
        self.event(AuditEventId::new(id), patient_id, action, entity)
    }

    fn event(&self, id: AuditEventId, patient_id: PatientId, action: Action, entity: Entity) -> AuditEvent {
        let (agent, source) = (self.person.clone(), self.source.clone());
        AuditEvent { id, patient_id, action, entity, agent, source, recorded_at: self.at }
    }
}

/// The reading that a warm function has recorded in the present quarter of an hour.
#[derive(Debug, Default)]
pub struct RecordedReads {
    quarter: i64,
    ids: HashSet<AuditEventId>,
}

impl RecordedReads {
    /// Whether an event is recorded already.
    pub fn contains(&self, event: &AuditEvent) -> bool {
        self.ids.contains(&event.id)
    }

    /// Remembers that an event is recorded; those of former quarters are forgotten.
    pub fn insert(&mut self, event: &AuditEvent) {
        let quarter = event.recorded_at.as_millisecond().div_euclid(READING);
        if quarter != self.quarter {
            self.ids.clear();
            self.quarter = quarter;
        }
        self.ids.insert(event.id);
    }
}

/// A month of the log, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(jiff::civil::Date);

impl Month {
    /// Reads `2026-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 7 && text.bytes().enumerate().all(|(at, c)| (at == 4) == (c == b'-'));
        let first: jiff::civil::Date = digits.then(|| format!("{text}-01").parse().ok()).flatten()?;
        (first.year() >= 1970).then_some(Self(first))
    }

    /// Its first millisecond and that of the month after it, since 1970.
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
    use crate::conversation::tests::{ana, clara, empty};

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
    fn patients_leave_no_events() {
        assert_eq!(
            Agent::staff(&ana(), Source::default(), at("2026-11-24T09:00:00Z"), agent("2026-11-24T09:00:00Z").id),
            None
        );
    }

    #[test]
    fn reading_again_within_a_quarter_of_an_hour_is_the_same_event() {
        let chat = Entity::Conversation(empty().id);
        let first = read("2026-11-24T09:00:00Z", chat);
        assert_eq!(first.id, read("2026-11-24T09:14:59Z", chat).id);
        assert_eq!(first.id.uuid().get_version_num(), 7);
        assert_ne!(first.id, read("2026-11-24T09:15:00Z", chat).id);
        assert_ne!(first.id, read("2026-11-24T09:00:00Z", Entity::Patient).id);
        let mut recorded = RecordedReads::default();
        recorded.insert(&first);
        assert!(recorded.contains(&read("2026-11-24T09:14:59Z", chat)));
        let later = read("2026-11-24T09:15:00Z", chat);
        assert!(!recorded.contains(&later));
        recorded.insert(&later);
        assert!(!recorded.contains(&first), "former quarters are forgotten");
    }

    #[test]
    fn a_messages_id_is_the_events_where_it_is_of_its_time() {
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
    fn months_are_of_utc() {
        let range = Month::parse("2026-12").unwrap().range().unwrap();
        let millisecond = |text: &str| at(text).as_millisecond().unsigned_abs();
        assert_eq!(range, (millisecond("2026-12-01T00:00:00Z"), millisecond("2027-01-01T00:00:00Z")));
        for wrong in ["2026-13", "2026-1", "26-12", "2026-12-01", "", "1969-12", "+026-12", "2026/12"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }
}
