//! Read cursors: how far one person has read one conversation (rule 7).
//!
//! A cursor is the number of the last entry read, 0 for none. Only the other side's messages count.

use super::conversation::Conversation;
use super::entry::Number;
use super::person::Side;

impl Conversation {
    /// Whether someone on `side`, who has read up to `cursor`, has something to read.
    pub const fn unread(&self, side: Side, cursor: Number) -> bool {
        self.last_number_of(side.other()) > cursor
    }

    /// Where a cursor moves when its reader has read up to `up_to`: never back, never past the end.
    pub fn read_up_to(&self, cursor: Number, up_to: Number) -> Option<Number> {
        let up_to = up_to.min(self.last_number);
        (up_to > cursor).then_some(up_to)
    }

    /// Where a cursor goes back to when someone on `side` marks the conversation unread: to just
    /// before the last message of the other side. Nothing where there is none. A cursor that lies
    /// there or before stays: it is unread already.
    pub fn unread_mark(&self, side: Side) -> Option<Number> {
        self.last_number_of(side.other()).checked_sub(1)
    }
}

impl Side {
    /// The side across.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Patient => Self::Staff,
            Self::Staff => Self::Patient,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::conversation::tests::{ana, at, clara, empty, posted};
    use crate::lock::Status;

    #[test]
    fn only_the_other_sides_messages_count() {
        let asked = posted(&empty(), &ana(), 1);
        assert!(asked.unread(Side::Staff, 0));
        assert!(!asked.unread(Side::Patient, 0), "one's own message is not unread");
        let closed = asked.set_status(Status::Closed, &clara(), at(2)).unwrap().head;
        assert!(!closed.unread(Side::Patient, 0), "closing is no message");
    }

    #[test]
    fn the_envelope_goes_back_to_before_the_others_last_message() {
        let head = posted(&posted(&posted(&empty(), &ana(), 1), &clara(), 2), &clara(), 3);
        assert_eq!(head.unread_mark(Side::Staff), Some(0));
        assert_eq!(head.unread_mark(Side::Patient), Some(2));
        assert_eq!(posted(&empty(), &ana(), 1).unread_mark(Side::Patient), None, "nothing from the other side");
    }

    proptest! {
        #[test]
        fn reading_never_goes_back_nor_past_the_end(last in 0_u64..100, cursor in 0_u64..100, up_to in any::<u64>()) {
            let head = Conversation { last_number: last, ..empty() };
            let cursor = cursor.min(last);
            let moved = head.read_up_to(cursor, up_to).unwrap_or(cursor);
            prop_assert!(moved >= cursor && moved <= last);
        }

        #[test]
        fn marking_unread_leaves_it_unread(staff in 1_u64..100, cursor in 0_u64..200) {
            let head = Conversation { last_staff_number: staff, last_number: 200, ..empty() };
            let moved = cursor.min(head.unread_mark(Side::Patient).unwrap_or(cursor));
            prop_assert!(head.unread(Side::Patient, moved));
        }
    }
}
