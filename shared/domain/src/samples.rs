//! What the unit tests of several modules use: two people, a conversation, and messages in it.

use uuid::Uuid;

use crate::conversation::{Conversation, ConversationStart};
use crate::ids::{ConversationId, EncounterId, MessageId, PatientId, UserId};
use crate::person::{Caller, Person, Role};
use crate::text::{MessageText, Title};
use crate::time::Timestamp;

/// A time: `second` seconds after the conversation was created.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

/// The patient.
pub(crate) fn ana() -> Person {
    Person { user_id: UserId::new("patient-a").unwrap(), role: Role::Patient, name: "Ana".into() }
}

/// A clinician.
pub(crate) fn clara() -> Person {
    Person { user_id: UserId::new("clinician-a").unwrap(), role: Role::Clinician, name: "Clara".into() }
}

/// Ana as the caller, with access to one patient's record.
pub(crate) fn patient_caller(patient_id: PatientId) -> Caller {
    Caller::Patient { person: ana(), patient_id }
}

/// A conversation without messages.
pub(crate) fn empty() -> Conversation {
    let start = ConversationStart {
        id: ConversationId::new(Uuid::from_u128(1)),
        encounter_id: EncounterId::new(Uuid::from_u128(2)),
        patient_id: PatientId::new(Uuid::from_u128(3)),
        title: Title::new("Results").unwrap(),
    };
    Conversation::begin(start, &clara(), at(0))
}

/// The conversation after one more message.
pub(crate) fn posted(head: &Conversation, by: &Person, second: i64) -> Conversation {
    let id = MessageId::new(Uuid::from_u128(u128::from(second.unsigned_abs())));
    head.post(id, MessageText::new("text").unwrap(), by, at(second)).unwrap().head
}
