//! Notices: when someone who is not looking is told that there is news (rule 8).
//!
//! Decided from how things stand, never from what happened: asking again, late or in another order
//! gives no other notices.

use super::conversation::Conversation;
use super::entry::Number;
use super::person::Side;

/// That there is news, and for which kind of recipient, who each have their own address to sign in at.
/// It has no field that could hold a name, a title or a message's text, and shall have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Who is told.
    pub to: Side,
}

/// What is due to a recipient of whom it was not decided yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The notice that has to be sent, if any.
    pub notice: Option<Notice>,
    /// The message that this decides for; it is not decided for again.
    pub up_to: Number,
}

impl Conversation {
    /// How far a pool has read, which has no cursor: to its side's last message, or to the last closing, which
    /// settles what was asked before as it does for tasks.
    pub fn read_by_pool(&self) -> Number {
        let closed = self.last_closing.as_ref().map_or(0, |closing| closing.number);
        self.last_staff_number.max(closed)
    }

    /// Whether a recipient on `side` has to be told of the other side's last message: if they had read all
    /// before it. `cursor` is how far they have read, `decided` the last message that was decided for.
    ///
    /// Whether the conversation is open makes no difference: what was written before its closing is still to
    /// be read.
    pub fn decide_notice(&self, side: Side, cursor: Number, decided: Number) -> Option<Decision> {
        let last = self.last_number_of(side.other());
        if last <= decided {
            return None;
        }
        // What the recipient has read, or of what they were told already, is no news.
        let is_news = last > cursor && decided <= cursor;
        Some(Decision { notice: is_news.then_some(Notice { to: side }), up_to: last })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::conversation::tests::{ana, at, clara, empty, posted};
    use crate::lock::Status;

    /// One recipient as the system keeps them, and how many notices they got.
    #[derive(Default)]
    struct Recipient {
        cursor: Number,
        decided: Number,
        told: usize,
    }

    impl Recipient {
        fn decide(&mut self, head: &Conversation, side: Side) {
            let cursor = if side == Side::Staff { head.read_by_pool() } else { self.cursor };
            if let Some(decision) = head.decide_notice(side, cursor, self.decided) {
                self.told += usize::from(decision.notice == Some(Notice { to: side }));
                self.decided = decision.up_to;
            }
        }
    }

    #[test]
    fn five_in_a_row_are_one_notice_and_the_next_after_reading_is_another() {
        let (mut head, mut patient) = (empty(), Recipient::default());
        for second in 1..=5 {
            head = posted(&head, &clara(), second);
            patient.decide(&head, Side::Patient);
        }
        assert_eq!(patient.told, 1);
        patient.cursor = 5;
        patient.decide(&head, Side::Patient);
        assert_eq!(patient.told, 1);
        head = posted(&head, &clara(), 6);
        patient.decide(&head, Side::Patient);
        assert_eq!(patient.told, 2);
    }

    #[test]
    fn an_empty_chat_and_ones_own_message_tell_nobody() {
        let mut patient = Recipient::default();
        patient.decide(&empty(), Side::Patient);
        patient.decide(&posted(&empty(), &ana(), 1), Side::Patient);
        assert_eq!((patient.told, patient.decided), (0, 0));
        let first = posted(&empty(), &clara(), 1);
        patient.decide(&first, Side::Patient);
        assert_eq!(patient.told, 1, "a chat begun by a clinician is news with its first message");
    }

    #[test]
    fn the_envelope_tells_nobody() {
        let mut head = posted(&posted(&empty(), &clara(), 1), &clara(), 2);
        let mut patient = Recipient::default();
        patient.decide(&head, Side::Patient);
        patient.cursor = 2;
        patient.cursor = head.unread_mark(Side::Patient).unwrap();
        patient.decide(&head, Side::Patient);
        head = posted(&head, &clara(), 3);
        patient.decide(&head, Side::Patient);
        assert_eq!(patient.told, 1, "it was unread before, by their own mark");
    }

    #[test]
    fn a_pool_is_told_again_after_its_answer_or_a_closing() {
        let (mut head, mut pool) = (empty(), Recipient::default());
        let tell = |head: &Conversation, pool: &mut Recipient| {
            pool.decide(head, Side::Staff);
            pool.told
        };
        head = posted(&posted(&head, &ana(), 1), &ana(), 2);
        assert_eq!(tell(&head, &mut pool), 1);
        head = posted(&head, &ana(), 3);
        assert_eq!(tell(&head, &mut pool), 1, "nobody answered");
        head = posted(&posted(&head, &clara(), 4), &ana(), 5);
        assert_eq!(tell(&head, &mut pool), 2);
        head = head.set_status(Status::Closed, &clara(), at(6)).unwrap().head;
        head = head.set_status(Status::Open, &ana(), at(7)).unwrap().head;
        assert_eq!(tell(&head, &mut pool), 2, "closing and reopening are no messages");
        head = posted(&head, &ana(), 8);
        assert_eq!(tell(&head, &mut pool), 3);
    }

    #[test]
    fn what_is_read_before_it_is_decided_for_needs_no_notice() {
        let head = posted(&empty(), &clara(), 1);
        assert_eq!(head.decide_notice(Side::Patient, 1, 0), Some(Decision { notice: None, up_to: 1 }));
        let closed = head.set_status(Status::Closed, &clara(), at(2)).unwrap().head;
        let told = closed.decide_notice(Side::Patient, 0, 0).and_then(|decision| decision.notice);
        assert_eq!(told, Some(Notice { to: Side::Patient }), "also when it was closed meanwhile");
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
        /// Rule 8: one notice whenever a message makes a recipient's unread go from none to some, and no other,
        /// however often a change is heard of.
        #[test]
        fn one_notice_for_each_time_that_unread_goes_from_none_to_some(acts in acts()) {
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
                        pool_expects += usize::from(!head.unread(Side::Staff, head.read_by_pool()));
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
            prop_assert_eq!(patient.told, patient_expects);
            prop_assert_eq!(pool.told, pool_expects);
        }

        /// However late the changes are heard of: never more notices than messages made news, never none where
        /// something is unread that nobody told of.
        #[test]
        fn late_news_are_told_once(acts in acts(), heard in proptest::collection::vec(any::<bool>(), 80)) {
            let (mut head, mut patient, mut news) = (empty(), Recipient::default(), 0);
            for (second, act) in acts.iter().enumerate() {
                let now = i64::try_from(second).unwrap();
                match act {
                    Act::Staff => {
                        news += usize::from(!head.unread(Side::Patient, patient.cursor));
                        head = posted(&head, &clara(), now);
                    }
                    Act::Patient => head = posted(&head, &ana(), now),
                    Act::Read => patient.cursor = head.last_number,
                    _ => {}
                }
                if heard[second] {
                    patient.decide(&head, Side::Patient);
                    prop_assert!(patient.told <= news);
                    prop_assert!(!head.unread(Side::Patient, patient.cursor) || patient.told > 0);
                }
            }
        }
    }
}
