//! Notifications: when users get an email or text message about new messages (rule 8).
//!
//! The decision depends only on the current state, so stream records may arrive late, twice or in any order without
//! causing additional notifications.

use crate::conversation::Conversation;
use crate::ids::EntryNumber;
use crate::person::Side;

/// A notification about new messages. It must never get a field that could hold a name, a title or a message's text:
/// the side of the recipient, which determines the sign-in address, is all it contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notification {
    /// The recipient's side.
    pub to: Side,
}

/// The decision whether to notify one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The notification to send, if any.
    pub notification: Option<Notification>,
    /// The recipient's new watermark: the number of the last message that a decision was made for.
    pub up_to: EntryNumber,
}

impl Conversation {
    /// How far a pool has read. A pool has no cursor: it has read up to the last message from staff or up to the last
    /// closing, which also completes the tasks for earlier messages.
    pub fn pool_cursor(&self) -> EntryNumber {
        let closed = self.last_closing.as_ref().map_or(0, |closing| closing.number);
        self.last_staff_number.max(closed)
    }

    /// Decides whether to notify a recipient on `side` of the last message from the other side. They are notified if
    /// they had read everything before it. `cursor` is how far they have read, `watermark` the last message that a
    /// decision was made for. Returns `None` if there is nothing to decide.
    ///
    /// Closed conversations count too: their last messages may still be unread.
    pub fn decide_notification(&self, side: Side, cursor: EntryNumber, watermark: EntryNumber) -> Option<Decision> {
        let last = self.last_number_of(side.other());
        if last <= watermark {
            return None;
        }
        // A watermark after the cursor: an earlier notification is still unread, so no second one is sent.
        let is_due = last > cursor && watermark <= cursor;
        Some(Decision { notification: is_due.then_some(Notification { to: side }), up_to: last })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lock::Status;
    use crate::samples::{ana, at, clara, empty, posted};

    /// A recipient's stored state, and how many notifications they got.
    #[derive(Default)]
    struct Recipient {
        cursor: EntryNumber,
        watermark: EntryNumber,
        notified: usize,
    }

    impl Recipient {
        fn decide(&mut self, head: &Conversation, side: Side) {
            let cursor = if side == Side::Staff { head.pool_cursor() } else { self.cursor };
            if let Some(decision) = head.decide_notification(side, cursor, self.watermark) {
                self.notified += usize::from(decision.notification == Some(Notification { to: side }));
                self.watermark = decision.up_to;
            }
        }
    }

    #[test]
    fn consecutive_messages_cause_one_notification_until_they_are_read() {
        let (mut head, mut patient) = (empty(), Recipient::default());
        for second in 1..=5 {
            head = posted(&head, &clara(), second);
            patient.decide(&head, Side::Patient);
        }
        assert_eq!(patient.notified, 1);
        patient.cursor = 5;
        patient.decide(&head, Side::Patient);
        assert_eq!(patient.notified, 1);
        head = posted(&head, &clara(), 6);
        patient.decide(&head, Side::Patient);
        assert_eq!(patient.notified, 2);
    }

    #[test]
    fn empty_conversations_and_own_messages_cause_no_notification() {
        let mut patient = Recipient::default();
        patient.decide(&empty(), Side::Patient);
        patient.decide(&posted(&empty(), &ana(), 1), Side::Patient);
        assert_eq!((patient.notified, patient.watermark), (0, 0));
        let first = posted(&empty(), &clara(), 1);
        patient.decide(&first, Side::Patient);
        assert_eq!(patient.notified, 1, "a clinician's conversation causes one with its first message");
    }

    #[test]
    fn marking_unread_causes_no_notification() {
        let mut head = posted(&posted(&empty(), &clara(), 1), &clara(), 2);
        let mut patient = Recipient::default();
        patient.decide(&head, Side::Patient);
        patient.cursor = 2;
        patient.cursor = head.unread_mark(Side::Patient).unwrap();
        patient.decide(&head, Side::Patient);
        head = posted(&head, &clara(), 3);
        patient.decide(&head, Side::Patient);
        assert_eq!(patient.notified, 1, "it was already unread, marked by the patient");
    }

    #[test]
    fn a_pool_is_notified_again_after_its_answer_or_a_closing() {
        let (mut head, mut pool) = (empty(), Recipient::default());
        let notify = |head: &Conversation, pool: &mut Recipient| {
            pool.decide(head, Side::Staff);
            pool.notified
        };
        head = posted(&posted(&head, &ana(), 1), &ana(), 2);
        assert_eq!(notify(&head, &mut pool), 1);
        head = posted(&head, &ana(), 3);
        assert_eq!(notify(&head, &mut pool), 1, "nobody answered");
        head = posted(&posted(&head, &clara(), 4), &ana(), 5);
        assert_eq!(notify(&head, &mut pool), 2);
        head = head.set_status(Status::Closed, &clara(), at(6)).unwrap().head;
        head = head.set_status(Status::Open, &ana(), at(7)).unwrap().head;
        assert_eq!(notify(&head, &mut pool), 2, "status entries cause none");
        head = posted(&head, &ana(), 8);
        assert_eq!(notify(&head, &mut pool), 3);
    }

    #[test]
    fn messages_read_before_the_decision_cause_no_notification() {
        let head = posted(&empty(), &clara(), 1);
        assert_eq!(head.decide_notification(Side::Patient, 1, 0), Some(Decision { notification: None, up_to: 1 }));
        let closed = head.set_status(Status::Closed, &clara(), at(2)).unwrap().head;
        let notification = closed.decide_notification(Side::Patient, 0, 0).and_then(|decision| decision.notification);
        assert_eq!(notification, Some(Notification { to: Side::Patient }), "also if it was closed in the meantime");
    }

    #[derive(Debug, Clone)]
    enum Act {
        Staff,
        Patient,
        Read,
        Envelope,
        Close,
        Reopen,
        Again(usize),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            4 => Just(Act::Staff), 2 => Just(Act::Patient), 2 => Just(Act::Read), 1 => Just(Act::Envelope),
            1 => Just(Act::Close), 1 => Just(Act::Reopen), 3 => (0_usize..4).prop_map(Act::Again),
        ];
        proptest::collection::vec(act, 0..80)
    }

    proptest! {
        /// Rule 8: exactly one notification each time a recipient's unread messages go from none to some, however
        /// often a change is delivered.
        #[test]
        fn one_notification_each_time_unread_goes_from_none_to_some(acts in acts()) {
            let mut head = empty();
            let (mut patient, mut pool) = (Recipient::default(), Recipient::default());
            let (mut patient_expects, mut pool_expects) = (0, 0);
            for (second, act) in acts.iter().enumerate() {
                let now = i64::try_from(second).unwrap();
                let open = head.status() == Status::Open;
                match act {
                    Act::Staff if open => {
                        patient_expects += usize::from(!head.unread(Side::Patient, patient.cursor));
                        head = posted(&head, &clara(), now);
                    }
                    Act::Patient if open => {
                        pool_expects += usize::from(!head.unread(Side::Staff, head.pool_cursor()));
                        head = posted(&head, &ana(), now);
                    }
                    Act::Read => patient.cursor = head.read_up_to(patient.cursor, u64::MAX).unwrap_or(patient.cursor),
                    Act::Envelope => patient.cursor = head.unread_mark(Side::Patient).map_or(patient.cursor, |mark| mark.min(patient.cursor)),
                    Act::Close => head = head.set_status(Status::Closed, &clara(), at(now)).map_or(head, |changed| changed.head),
                    Act::Reopen => head = head.set_status(Status::Open, &ana(), at(now)).map_or(head, |changed| changed.head),
                    Act::Staff | Act::Patient => {}
                    Act::Again(times) => (0..*times).for_each(|_| {
                        patient.decide(&head, Side::Patient);
                        pool.decide(&head, Side::Staff);
                    }),
                }
                patient.decide(&head, Side::Patient);
                pool.decide(&head, Side::Staff);
            }
            prop_assert_eq!(patient.notified, patient_expects);
            prop_assert_eq!(pool.notified, pool_expects);
        }

        /// However late changes are delivered: never more notifications than times that unread went from none to some,
        /// and at least one while something is unread.
        #[test]
        fn late_delivery_causes_no_extra_notifications(acts in acts(), delivered in proptest::collection::vec(any::<bool>(), 80)) {
            let (mut head, mut patient, mut expected) = (empty(), Recipient::default(), 0);
            for (second, act) in acts.iter().enumerate() {
                let now = i64::try_from(second).unwrap();
                match act {
                    Act::Staff => {
                        expected += usize::from(!head.unread(Side::Patient, patient.cursor));
                        head = posted(&head, &clara(), now);
                    }
                    Act::Patient => head = posted(&head, &ana(), now),
                    Act::Read => patient.cursor = head.last_number,
                    _ => {}
                }
                if delivered[second] {
                    patient.decide(&head, Side::Patient);
                    prop_assert!(patient.notified <= expected);
                    prop_assert!(!head.unread(Side::Patient, patient.cursor) || patient.notified > 0);
                }
            }
        }
    }
}
