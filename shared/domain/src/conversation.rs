//! Conversations: the head item, and the changes that add numbered entries to a conversation.
//!
//! Every write replaces the head on the condition that it is unchanged since it was read (optimistic locking). So
//! these rules only ever see one head.

use crate::access::Denied;
use crate::attachment::AttachmentRef;
use crate::entry::{Content, Entry};
use crate::ids::{ConversationId, EncounterId, EntryNumber, MessageId, PatientId};
use crate::lock::{Lock, Status};
use crate::person::{Caller, Person, Side};
use crate::questionnaire::QuestionnaireResponse;
use crate::text::{MessageText, Title, preview};
use crate::time::Timestamp;

/// The last message, as conversation lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastMessage {
    /// When it was stored.
    pub at: Timestamp,
    /// The beginning of its text, on one line; empty if it has only images.
    pub preview: String,
    /// How many images it holds.
    pub images: u32,
}

/// The last time the conversation was closed. Kept after reopening: closing completes the tasks for earlier messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// The number of its entry.
    pub number: EntryNumber,
    /// Who closed the conversation.
    pub by: Person,
}

/// The head of a conversation: everything about it except its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The patient it is about.
    pub patient_id: PatientId,
    /// The encounter that records it in the chart.
    pub encounter_id: EncounterId,
    /// Its title.
    pub title: Title,
    /// Whether it is open or closed, and the last change of that.
    pub lock: Lock,
    /// The number of its last entry; 0 if it has none.
    pub last_number: EntryNumber,
    /// The last message, if there is one.
    pub last_message: Option<LastMessage>,
    /// The number of the patient's last message; 0 if there is none.
    pub last_patient_number: EntryNumber,
    /// The number of the staff's last message; 0 if there is none.
    pub last_staff_number: EntryNumber,
    /// The time of the patient's first unanswered message; none if staff answered (rule 6).
    pub awaiting_reply_since: Option<Timestamp>,
    /// The last closing, if it was ever closed.
    pub last_closing: Option<Closing>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who created it.
    pub created_by: Person,
}

/// What a conversation starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationStart {
    /// Its id.
    pub id: ConversationId,
    /// The id of its encounter.
    pub encounter_id: EncounterId,
    /// The patient.
    pub patient_id: PatientId,
    /// Its title.
    pub title: Title,
}

/// A changed head and its new entries, to be stored in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The new head.
    pub head: Conversation,
    /// The new entries, in order.
    pub entries: Vec<Entry>,
}

impl Changed {
    /// Adds images to the posted message.
    #[must_use]
    pub fn with_attachments(mut self, attached: Vec<AttachmentRef>) -> Self {
        if let Some(Entry { content: Content::Message { attachments, .. }, .. }) = self.entries.last_mut() {
            if let Some(last) = &mut self.head.last_message {
                last.images = u32::try_from(attached.len()).unwrap_or(u32::MAX);
            }
            *attachments = attached;
        }
        self
    }

    /// Adds an answered questionnaire to the posted message.
    #[must_use]
    pub fn with_response(mut self, answered: QuestionnaireResponse) -> Self {
        if let Some(Entry { content: Content::Message { response, .. }, .. }) = self.entries.last_mut() {
            *response = Some(answered);
        }
        self
    }
}

/// The error for writing to a closed conversation (rule 3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the conversation is closed")]
pub struct Closed {
    /// Who closed it.
    pub by: Person,
    /// When it was closed.
    pub at: Timestamp,
}

impl Conversation {
    /// A new conversation, open and empty.
    pub fn begin(start: ConversationStart, by: &Person, at: Timestamp) -> Self {
        let ConversationStart { id, encounter_id, patient_id, title } = start;
        Self {
            id,
            patient_id,
            encounter_id,
            title,
            lock: Lock::opened(by.clone(), at),
            last_number: 0,
            last_message: None,
            last_patient_number: 0,
            last_staff_number: 0,
            awaiting_reply_since: None,
            last_closing: None,
            created_at: at,
            created_by: by.clone(),
        }
    }

    /// Whether it is open or closed.
    pub const fn status(&self) -> Status {
        self.lock.status()
    }

    /// The time that lists are sorted by: that of the last message, or of the creation if there is none.
    pub fn last_activity_at(&self) -> Timestamp {
        self.last_message.as_ref().map_or(self.created_at, |message| message.at)
    }

    /// The number of the last message from one side; 0 if there is none.
    pub const fn last_number_of(&self, side: Side) -> EntryNumber {
        match side {
            Side::Patient => self.last_patient_number,
            Side::Staff => self.last_staff_number,
        }
    }

    /// Allows its patient, once it holds a message, and clinicians.
    pub fn must_be_visible_to(&self, caller: &Caller) -> Result<(), Denied> {
        caller.may_access(self.patient_id)?;
        match caller {
            Caller::Patient { .. } if self.last_message.is_none() => Err(Denied::NotFound),
            _ => Ok(()),
        }
    }

    /// The conversation itself, if the caller may see it.
    pub fn visible_to(self, caller: &Caller) -> Result<Self, Denied> {
        self.must_be_visible_to(caller).map(|()| self)
    }

    /// Fails if the conversation is closed, with who closed it and when.
    pub fn must_be_open(&self) -> Result<(), Closed> {
        match self.status() {
            Status::Open => Ok(()),
            Status::Closed => Err(Closed { by: self.lock.changed_by.clone(), at: self.lock.changed_at }),
        }
    }

    /// Adds a message; fails if the conversation is closed.
    pub fn post(&self, id: MessageId, text: MessageText, by: &Person, at: Timestamp) -> Result<Changed, Closed> {
        self.must_be_open()?;
        let number = self.last_number + 1;
        let mut head = self.clone();
        head.last_number = number;
        head.last_message = Some(LastMessage { at, preview: preview(&text), images: 0 });
        match by.role.side() {
            Side::Patient => {
                head.last_patient_number = number;
                head.awaiting_reply_since = self.awaiting_reply_since.or(Some(at));
            }
            Side::Staff => {
                head.last_staff_number = number;
                head.awaiting_reply_since = None;
            }
        }
        let content = Content::Message { id, text, response: None, attachments: Vec::new() };
        Ok(Changed { head, entries: vec![Entry { number, sender: by.clone(), sent_at: at, content }] })
    }

    /// Closes or reopens the conversation. Returns `None` if it already has this status.
    pub fn set_status(&self, status: Status, by: &Person, at: Timestamp) -> Option<Changed> {
        let change = self.lock.set(status, by, at)?;
        Some(self.apply_lock_changes(&[change]))
    }

    /// Applies lock changes, oldest first, each as a new entry. Changes it already has are skipped.
    pub fn apply_lock_changes(&self, changes: &[Lock]) -> Changed {
        let mut head = self.clone();
        let mut entries = Vec::with_capacity(changes.len());
        for change in changes.iter().filter(|change| change.version > self.lock.version) {
            head.last_number += 1;
            head.lock = change.clone();
            if change.status() == Status::Closed {
                head.last_closing = Some(Closing { number: head.last_number, by: change.changed_by.clone() });
            }
            entries.push(Entry {
                number: head.last_number,
                sender: change.changed_by.clone(),
                sent_at: change.changed_at,
                content: Content::Status(change.version),
            });
        }
        Changed { head, entries }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::attachment::{AttachmentState, RejectionReason};
    use crate::ids::AttachmentId;
    use crate::samples::{ana, at, clara, empty, patient_caller, posted};

    #[test]
    fn patients_see_a_conversation_once_it_has_a_message() {
        let conversation = empty();
        let patient = patient_caller(conversation.patient_id);
        assert_eq!(conversation.clone().visible_to(&patient), Err(Denied::NotFound));
        assert!(conversation.clone().visible_to(&Caller::Clinician(clara())).is_ok());
        let message = MessageText::new("Your result is here.").unwrap();
        let posted = conversation.post(MessageId::new(Uuid::nil()), message, &clara(), at(1)).unwrap();
        assert!(posted.head.clone().visible_to(&patient).is_ok());
        let stranger = patient_caller(PatientId::new(Uuid::from_u128(7)));
        assert_eq!(posted.head.visible_to(&stranger), Err(Denied::NotFound));
    }

    #[test]
    fn posting_to_a_closed_conversation_fails_with_who_closed_it() {
        let closed = empty().set_status(Status::Closed, &ana(), at(5)).unwrap().head;
        let text = MessageText::new("too late").unwrap();
        let refused = closed.post(MessageId::new(Uuid::nil()), text, &clara(), at(6));
        assert_eq!(refused, Err(Closed { by: ana(), at: at(5) }));
    }

    #[test]
    fn lists_show_how_many_images_the_last_message_has() {
        let attached = |number| AttachmentRef {
            id: AttachmentId::new(Uuid::from_u128(number)),
            state: AttachmentState::Rejected(RejectionReason::Damaged),
        };
        let shown = |text: MessageText, images: u128| {
            let posted = empty().post(MessageId::new(Uuid::nil()), text, &ana(), at(1)).unwrap();
            let last = posted.with_attachments((0..images).map(attached).collect()).head.last_message.unwrap();
            (last.preview, last.images)
        };
        assert_eq!(shown(MessageText::none(), 1), (String::new(), 1));
        assert_eq!(shown(MessageText::new("My arm").unwrap(), 2), ("My arm".into(), 2));
        assert_eq!(shown(MessageText::new("My arm").unwrap(), 0), ("My arm".into(), 0));
    }

    #[test]
    fn only_an_answer_clears_awaiting_reply() {
        let asked = posted(&empty(), &ana(), 1);
        assert_eq!(asked.awaiting_reply_since, Some(at(1)));
        let asked_again = posted(&asked, &ana(), 2);
        assert_eq!(asked_again.awaiting_reply_since, Some(at(1)), "since the first unanswered message");
        let closed = asked_again.set_status(Status::Closed, &clara(), at(3)).unwrap().head;
        assert_eq!(closed.awaiting_reply_since, Some(at(1)), "closing is no answer");
        let reopened = closed.set_status(Status::Open, &ana(), at(4)).unwrap().head;
        assert_eq!(posted(&reopened, &clara(), 5).awaiting_reply_since, None);
    }

    #[test]
    fn lock_changes_are_applied_once() {
        let first = empty();
        let close = first.lock.set(Status::Closed, &clara(), at(1)).unwrap();
        let reopen = close.set(Status::Open, &clara(), at(2)).unwrap();
        let both = first.apply_lock_changes(&[close.clone(), reopen.clone()]);
        assert_eq!((both.head.last_number, both.entries.len()), (2, 2));
        assert_eq!(both.head.last_closing.as_ref().map(|closing| closing.number), Some(1));
        assert!(both.head.apply_lock_changes(&[close, reopen]).entries.is_empty());
    }

    #[derive(Debug, Clone)]
    enum Act {
        Patient,
        Staff,
        Close,
        Reopen,
    }

    proptest! {
        /// Rules 3 and 5: numbers without gaps, no message between a close and the next reopen.
        #[test]
        fn entries_have_no_gaps_and_closed_conversations_get_no_messages(
            acts in proptest::collection::vec(prop_oneof![Just(Act::Patient), Just(Act::Staff), Just(Act::Close), Just(Act::Reopen)], 0..80)
        ) {
            let mut head = empty();
            let mut entries: Vec<Entry> = Vec::new();
            for (second, act) in acts.iter().enumerate() {
                let now = at(i64::try_from(second).unwrap());
                let text = MessageText::new("text").unwrap();
                let id = MessageId::new(Uuid::from_u128(second as u128));
                let changed = match act {
                    Act::Patient => head.post(id, text, &ana(), now).ok(),
                    Act::Staff => head.post(id, text, &clara(), now).ok(),
                    Act::Close => head.set_status(Status::Closed, &clara(), now),
                    Act::Reopen => head.set_status(Status::Open, &ana(), now),
                };
                if let Some(changed) = changed {
                    head = changed.head;
                    entries.extend(changed.entries);
                }
            }
            let mut open = true;
            for (index, entry) in entries.iter().enumerate() {
                prop_assert_eq!(entry.number, index as u64 + 1);
                match entry.content {
                    Content::Status(version) => open = version.status() == Status::Open,
                    Content::Message { .. } => prop_assert!(open, "a message was added to a closed conversation"),
                }
            }
            prop_assert_eq!(head.last_number, entries.len() as u64);
            prop_assert_eq!(head.status() == Status::Open, open);
        }
    }
}
