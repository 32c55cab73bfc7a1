//! The lock: the open or closed state that a conversation shares with its encounter, and how the two are kept in
//! sync (rule 2).
//!
//! The version starts at 1 and grows by one each time the conversation is closed or reopened. An odd version is open,
//! an even one closed, and the higher version is the later one. So [`next_step`] needs only the current state of
//! both sides, and stream records may arrive late, twice or in any order. See docs/decisions/0002-the-lock-is-a-counter.md.

use serde::{Deserialize, Serialize};

use crate::person::Person;
use crate::time::Timestamp;

/// The status of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Messages can be sent; the encounter is in progress.
    Open,
    /// No messages can be sent; the encounter is finished and archived.
    Closed,
}

/// The version of a lock, counted from 1. Odd versions are open, even ones closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LockVersion(u64);

impl LockVersion {
    /// The version of a new conversation, which is open.
    pub const FIRST: Self = Self(1);

    /// A version read from the table.
    pub const fn new(version: u64) -> Self {
        Self(version)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The status at this version.
    pub const fn status(self) -> Status {
        if self.0 % 2 == 1 { Status::Open } else { Status::Closed }
    }

    /// The version after the next change.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// One change of a lock, with who made it and when. The last change is the current state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The version after the change.
    pub version: LockVersion,
    /// When it was changed.
    pub changed_at: Timestamp,
    /// Who changed it.
    pub changed_by: Person,
}

impl Lock {
    /// A new lock, open.
    pub const fn opened(by: Person, at: Timestamp) -> Self {
        Self { version: LockVersion::FIRST, changed_at: at, changed_by: by }
    }

    /// The status after the change.
    pub const fn status(&self) -> Status {
        self.version.status()
    }

    /// The change to `status`. Returns `None` if the lock already has this status.
    pub fn set(&self, status: Status, by: &Person, at: Timestamp) -> Option<Self> {
        (self.status() != status).then(|| Self { version: self.version.next(), changed_at: at, changed_by: by.clone() })
    }
}

/// The lock on the encounter's side: all changes, and the last version that is in sync with the conversation.
///
/// The conversation's entries are the source of truth: if both sides change at the same time and so create the same
/// version twice, the conversation's change wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockHistory {
    /// The changes, oldest first, never empty; the last one is the current state.
    changes: Vec<Lock>,
    /// The last version that is known to be in the conversation too.
    synced: LockVersion,
}

impl LockHistory {
    /// The maximum number of changes kept. Older ones are still entries of the conversation.
    pub const MAX_LENGTH: usize = 200;

    /// The history of a new encounter.
    pub fn opened(by: Person, at: Timestamp) -> Self {
        Self { changes: vec![Lock::opened(by, at)], synced: LockVersion::FIRST }
    }

    /// A history read from the table. Returns `None` if it is empty.
    pub fn from_store(changes: Vec<Lock>, synced: LockVersion) -> Option<Self> {
        (!changes.is_empty()).then_some(Self { changes, synced })
    }

    /// The changes, oldest first, never empty.
    pub fn changes(&self) -> &[Lock] {
        &self.changes
    }

    /// The current state.
    pub fn current(&self) -> &Lock {
        &self.changes[self.changes.len() - 1]
    }

    /// The last version that is known to be in the conversation too.
    pub const fn synced(&self) -> LockVersion {
        self.synced
    }

    /// The history with a change to `status`. Returns `None` if it already has this status.
    pub fn set(&self, status: Status, by: &Person, at: Timestamp) -> Option<Self> {
        let change = self.current().set(status, by, at)?;
        let mut changes = self.changes.clone();
        changes.push(change);
        Some(Self { changes, synced: self.synced }.bounded())
    }

    /// The history with the conversation's changes in place of its own since [`Self::synced`].
    #[must_use]
    pub fn apply(&self, conversation: &[Lock]) -> Self {
        let Some(last) = conversation.last() else { return self.clone() };
        let kept = self.changes.iter().filter(|own| own.version <= self.synced);
        let changes = kept.chain(conversation.iter().filter(|new| new.version > self.synced)).cloned().collect();
        Self { changes, synced: last.version }.bounded()
    }

    /// Drops the oldest changes above the limit, except the first.
    fn bounded(mut self) -> Self {
        let over = self.changes.len().saturating_sub(Self::MAX_LENGTH);
        self.changes.drain(1..=over);
        self
    }
}

/// The next step that brings a conversation and its encounter into sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// None: they are in sync.
    InSync,
    /// The encounter applies the conversation's changes after this version.
    UpdateEncounter {
        /// The last version that both have.
        after: LockVersion,
    },
    /// The conversation applies these changes of the encounter, oldest first.
    UpdateConversation(Vec<Lock>),
}

/// Decides the next step from the current state of both sides.
pub fn next_step(conversation: &Lock, encounter: &LockHistory) -> Step {
    if encounter.current().version > conversation.version {
        let newer = encounter.changes.iter().filter(|change| change.version > conversation.version);
        Step::UpdateConversation(newer.cloned().collect())
    } else if encounter.synced < conversation.version {
        Step::UpdateEncounter { after: encounter.synced }
    } else {
        Step::InSync
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::samples::{ana, at, clara};

    /// Both sides as stored in a table; a write succeeds only if its side is unchanged since it was read.
    struct Pair {
        conversation: Vec<Lock>,
        encounter: LockHistory,
    }

    /// What a stream consumer has read and not yet acted on.
    struct Read {
        conversation: Lock,
        entries: Vec<Lock>,
        encounter: LockHistory,
    }

    impl Pair {
        fn new() -> Self {
            Self { conversation: vec![Lock::opened(ana(), at(0))], encounter: LockHistory::opened(ana(), at(0)) }
        }

        fn head(&self) -> &Lock {
            self.conversation.last().unwrap()
        }

        fn read(&self) -> Read {
            Read {
                conversation: self.head().clone(),
                entries: self.conversation.clone(),
                encounter: self.encounter.clone(),
            }
        }

        fn write(&mut self, read: &Read) -> Step {
            let step = next_step(&read.conversation, &read.encounter);
            match &step {
                Step::UpdateEncounter { after } if self.encounter == read.encounter => {
                    let missing: Vec<Lock> = read.entries.iter().filter(|e| e.version > *after).cloned().collect();
                    self.encounter = read.encounter.apply(&missing);
                }
                Step::UpdateConversation(changes) if *self.head() == read.conversation => {
                    self.conversation.extend(changes.iter().cloned());
                }
                _ => {}
            }
            step
        }

        fn settle(&mut self) {
            for _ in 0..3 {
                let read = self.read();
                if self.write(&read) == Step::InSync {
                    return;
                }
            }
            panic!("conversation and encounter do not get in sync");
        }
    }

    #[derive(Debug, Clone)]
    enum Event {
        /// The patient or a clinician closes or reopens the conversation.
        Conversation(bool),
        /// A clinician finishes or reopens the encounter.
        Encounter(bool),
        /// A stream record is delivered: the consumer reads both sides ...
        Read,
        /// ... and later acts on any of its reads, however old, any number of times.
        Act(usize),
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let event = prop_oneof![
            any::<bool>().prop_map(Event::Conversation),
            any::<bool>().prop_map(Event::Encounter),
            Just(Event::Read),
            (0..20_usize).prop_map(Event::Act),
        ];
        proptest::collection::vec(event, 0..60)
    }

    fn run(events: &[Event]) -> Pair {
        let mut pair = Pair::new();
        let mut reads = vec![pair.read()];
        for (second, event) in events.iter().enumerate() {
            let now = at(i64::try_from(second).unwrap());
            let to = |open: bool| if open { Status::Open } else { Status::Closed };
            match event {
                Event::Conversation(open) => {
                    let change = pair.head().set(to(*open), &ana(), now);
                    pair.conversation.extend(change);
                }
                Event::Encounter(open) => {
                    if let Some(changed) = pair.encounter.set(to(*open), &clara(), now) {
                        pair.encounter = changed;
                    }
                }
                Event::Read => reads.push(pair.read()),
                Event::Act(which) => {
                    pair.write(&reads[which % reads.len()]);
                }
            }
        }
        pair
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Rule 2: any changes from either side; stream records delivered repeatedly, late and in any order.
        #[test]
        fn conversation_and_encounter_end_in_the_same_state(events in events()) {
            let mut pair = run(&events);
            pair.settle();
            prop_assert_eq!(pair.head(), pair.encounter.current());
            prop_assert_eq!(&pair.conversation, pair.encounter.changes(), "both have the same history");
            let settled = pair.encounter.clone();
            pair.settle();
            prop_assert_eq!(settled, pair.encounter, "repeated delivery changes nothing");
        }

        #[test]
        fn versions_have_no_gaps(events in events()) {
            let pair = run(&events);
            for (index, change) in pair.conversation.iter().enumerate() {
                prop_assert_eq!(change.version.get(), index as u64 + 1);
            }
        }
    }

    #[test]
    fn repeating_a_status_changes_nothing() {
        let open = Lock::opened(ana(), at(0));
        assert_eq!(open.set(Status::Open, &clara(), at(1)), None);
        let closed = open.set(Status::Closed, &clara(), at(1)).unwrap();
        assert_eq!((closed.status(), closed.version.get()), (Status::Closed, 2));
    }

    #[test]
    fn a_long_history_keeps_its_first_and_its_latest_changes() {
        let mut history = LockHistory::opened(ana(), at(0));
        for second in 1..=500 {
            let to = if second % 2 == 1 { Status::Closed } else { Status::Open };
            history = history.set(to, &ana(), at(second)).unwrap();
        }
        assert_eq!(history.changes().len(), LockHistory::MAX_LENGTH);
        assert_eq!(history.changes()[0].version, LockVersion::FIRST);
        assert_eq!(history.current().version.get(), 501);
    }
}
