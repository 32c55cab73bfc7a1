//! Read cursors: how far one user has read one conversation (rule 7).
//!
//! A cursor is the number of the last entry read, or 0. Only messages from the other side count as unread.

use crate::conversation::Conversation;
use crate::ids::EntryNumber;
use crate::person::Side;

impl Conversation {
    /// Whether a user on `side` who has read up to `cursor` has unread messages.
    pub const fn unread(&self, side: Side, cursor: EntryNumber) -> bool {
        self.last_number_of(side.other()) > cursor
    }

    /// The new cursor after reading up to `up_to`, which is never past the last entry. Returns `None` if the cursor is
    /// already there or later.
    pub fn read_up_to(&self, cursor: EntryNumber, up_to: EntryNumber) -> Option<EntryNumber> {
        let up_to = up_to.min(self.last_number);
        (up_to > cursor).then_some(up_to)
    }

    /// The new cursor after a user on `side` marks the conversation unread: just before the last message from the
    /// other side. Returns `None` if there is no such message. An earlier cursor must stay where it is.
    pub fn unread_mark(&self, side: Side) -> Option<EntryNumber> {
        self.last_number_of(side.other()).checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lock::Status;
    use crate::samples::{ana, at, clara, empty, posted};

    #[test]
    fn only_messages_from_the_other_side_are_unread() {
        let asked = posted(&empty(), &ana(), 1);
        assert!(asked.unread(Side::Staff, 0));
        assert!(!asked.unread(Side::Patient, 0), "own messages are never unread");
        let closed = asked.set_status(Status::Closed, &clara(), at(2)).unwrap().head;
        assert!(!closed.unread(Side::Patient, 0), "status entries are never unread");
    }

    #[test]
    fn marking_unread_moves_before_the_last_message_of_the_other_side() {
        let head = posted(&posted(&posted(&empty(), &ana(), 1), &clara(), 2), &clara(), 3);
        assert_eq!(head.unread_mark(Side::Staff), Some(0));
        assert_eq!(head.unread_mark(Side::Patient), Some(2));
        assert_eq!(posted(&empty(), &ana(), 1).unread_mark(Side::Patient), None, "nothing from the other side");
    }

    proptest! {
        #[test]
        fn reading_never_moves_back_or_past_the_last_entry(last in 0_u64..100, cursor in 0_u64..100, up_to in any::<u64>()) {
            let head = Conversation { last_number: last, ..empty() };
            let cursor = cursor.min(last);
            let moved = head.read_up_to(cursor, up_to).unwrap_or(cursor);
            prop_assert!(moved >= cursor && moved <= last);
        }

        #[test]
        fn a_conversation_marked_unread_is_unread(staff in 1_u64..100, cursor in 0_u64..200) {
            let head = Conversation { last_staff_number: staff, last_number: 200, ..empty() };
            let moved = cursor.min(head.unread_mark(Side::Patient).unwrap_or(cursor));
            prop_assert!(head.unread(Side::Patient, moved));
        }
    }
}
