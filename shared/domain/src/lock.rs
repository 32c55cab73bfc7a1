//! The lock that conversation and encounter share, and how one follows the other (rule 2).
//!
//! A lock's version grows by one at each closing and each reopening, from 1 when it is made. So
//! odd means open and even means closed: two sides at the same version are in the same state, and
//! the greater version is the later one. Whoever carries a change needs no record of it, in no
//! order, only both sides as they stand: [`next_step`] says what is missing where.

use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::person::Person;

/// Whether a conversation takes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It takes messages; its encounter is in progress.
    Open,
    /// It takes none; its encounter is finished and archived.
    Closed,
}

/// How often a lock has changed, counted from 1. The state is its parity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LockVersion(u64);

impl LockVersion {
    /// The version of what was just made: open.
    pub const FIRST: Self = Self(1);

    /// Takes a version from the table.
    pub const fn new(version: u64) -> Self {
        Self(version)
    }

    /// The count.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The state at this version.
    pub const fn status(self) -> Status {
        if self.0 % 2 == 1 { Status::Open } else { Status::Closed }
    }

    /// The version after the next change.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// One change of a lock: what it became, when and by whom. A lock's state is its last change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The version that the change made.
    pub version: LockVersion,
    /// When.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: Person,
}

impl Lock {
    /// A new lock, open.
    pub const fn opened(by: Person, at: Timestamp) -> Self {
        Self { version: LockVersion::FIRST, changed_at: at, changed_by: by }
    }

    /// The state.
    pub const fn status(&self) -> Status {
        self.version.status()
    }

    /// The change that brings it to `status`, or nothing where it stands there already.
    pub fn set(&self, status: Status, by: &Person, at: Timestamp) -> Option<Self> {
        (self.status() != status).then(|| Self { version: self.version.next(), changed_at: at, changed_by: by.clone() })
    }
}

/// The encounter's side of the lock: its history, and up to where the conversation has agreed to it.
///
/// The conversation's numbered entries are the truth about what happened when; where both sides
/// changed at once, the same version made by both is the conversation's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockHistory {
    /// The changes, oldest first, never empty; the last one is the state.
    changes: Vec<Lock>,
    /// The last version known to stand in the conversation too.
    agreed: LockVersion,
}

impl LockHistory {
    /// The most changes kept. Older ones still stand as entries in the conversation.
    pub const MAX_LENGTH: usize = 200;

    /// The history of a new encounter.
    pub fn opened(by: Person, at: Timestamp) -> Self {
        Self { changes: vec![Lock::opened(by, at)], agreed: LockVersion::FIRST }
    }

    /// Takes a history from the table; nothing where it is empty.
    pub fn from_store(changes: Vec<Lock>, agreed: LockVersion) -> Option<Self> {
        (!changes.is_empty()).then_some(Self { changes, agreed })
    }

    /// The changes, oldest first, never empty.
    pub fn changes(&self) -> &[Lock] {
        &self.changes
    }

    /// The state.
    pub fn current(&self) -> &Lock {
        &self.changes[self.changes.len() - 1]
    }

    /// The last version known to stand in the conversation too.
    pub const fn agreed(&self) -> LockVersion {
        self.agreed
    }

    /// The history with the change to `status`, or nothing where it stands there already.
    pub fn set(&self, status: Status, by: &Person, at: Timestamp) -> Option<Self> {
        let change = self.current().set(status, by, at)?;
        let mut changes = self.changes.clone();
        changes.push(change);
        Some(Self { changes, agreed: self.agreed }.bounded())
    }

    /// The history after following the conversation's changes since [`Self::agreed`], oldest first.
    #[must_use]
    pub fn follow(&self, conversation: &[Lock]) -> Self {
        let Some(last) = conversation.last() else { return self.clone() };
        let kept = self.changes.iter().filter(|own| own.version <= self.agreed);
        let changes = kept.chain(conversation.iter().filter(|new| new.version > self.agreed)).cloned().collect();
        Self { changes, agreed: last.version }.bounded()
    }

    /// Drops the oldest changes over the limit, but not the opening.
    fn bounded(mut self) -> Self {
        let over = self.changes.len().saturating_sub(Self::MAX_LENGTH);
        self.changes.drain(1..=over);
        self
    }
}

/// What has to be done next to bring conversation and encounter together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing: they are in the same state and agree how they came there.
    InStep,
    /// The encounter follows the conversation's changes after this version.
    EncounterFollows {
        /// The last version both have.
        after: LockVersion,
    },
    /// The conversation takes over these changes of the encounter, oldest first.
    ConversationFollows(Vec<Lock>),
}

/// Decides from both sides as they stand, whatever happened on the way.
pub fn next_step(conversation: &Lock, encounter: &LockHistory) -> Step {
    if encounter.current().version > conversation.version {
        let newer = encounter.changes.iter().filter(|change| change.version > conversation.version);
        Step::ConversationFollows(newer.cloned().collect())
    } else if encounter.agreed < conversation.version {
        Step::EncounterFollows { after: encounter.agreed }
    } else {
        Step::InStep
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::conversation::tests::{ana, at, clara};

    /// Both sides as a table holds them, each written only on the condition that it was not changed since it was read.
    struct Pair {
        conversation: Vec<Lock>,
        encounter: LockHistory,
    }

    /// What a processor of a stream's record has read and not yet acted upon.
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
                Step::EncounterFollows { after } if self.encounter == read.encounter => {
                    let missing: Vec<Lock> = read.entries.iter().filter(|e| e.version > *after).cloned().collect();
                    self.encounter = read.encounter.follow(&missing);
                }
                Step::ConversationFollows(changes) if *self.head() == read.conversation => {
                    self.conversation.extend(changes.iter().cloned());
                }
                _ => {}
            }
            step
        }

        fn settle(&mut self) {
            for _ in 0..3 {
                let read = self.read();
                if self.write(&read) == Step::InStep {
                    return;
                }
            }
            panic!("conversation and encounter do not settle");
        }
    }

    #[derive(Debug, Clone)]
    enum Event {
        /// The patient or a clinician closes or reopens the chat.
        Chat(bool),
        /// A clinician finishes or resumes the encounter.
        Chart(bool),
        /// A record is delivered: its processor reads both sides ...
        Read,
        /// ... and acts on some reading, however old and however often.
        Act(usize),
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let event = prop_oneof![
            any::<bool>().prop_map(Event::Chat),
            any::<bool>().prop_map(Event::Chart),
            Just(Event::Read),
            (0..20_usize).prop_map(Event::Act),
        ];
        proptest::collection::vec(event, 0..60)
    }

    fn run(events: &[Event]) -> Pair {
        let mut pair = Pair::new();
        let mut readings = vec![pair.read()];
        for (second, event) in events.iter().enumerate() {
            let now = at(i64::try_from(second).unwrap());
            let to = |open: bool| if open { Status::Open } else { Status::Closed };
            match event {
                Event::Chat(open) => {
                    let change = pair.head().set(to(*open), &ana(), now);
                    pair.conversation.extend(change);
                }
                Event::Chart(open) => {
                    if let Some(changed) = pair.encounter.set(to(*open), &clara(), now) {
                        pair.encounter = changed;
                    }
                }
                Event::Read => readings.push(pair.read()),
                Event::Act(which) => {
                    let reading = &readings[which % readings.len()];
                    let reading = Read {
                        conversation: reading.conversation.clone(),
                        entries: reading.entries.clone(),
                        encounter: reading.encounter.clone(),
                    };
                    pair.write(&reading);
                }
            }
        }
        pair
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Rule 2: any closings and reopenings from either side, any delivery, repeated, late or reordered.
        #[test]
        fn conversation_and_encounter_end_in_the_same_state(events in events()) {
            let mut pair = run(&events);
            pair.settle();
            prop_assert_eq!(pair.head(), pair.encounter.current());
            prop_assert_eq!(&pair.conversation, pair.encounter.changes(), "the history is the conversation's, change by change");
            let settled = pair.encounter.clone();
            pair.settle();
            prop_assert_eq!(settled, pair.encounter, "delivered again, nothing changes");
        }

        /// The lock version only grows, one by one, and the state is its parity.
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
    fn a_long_history_keeps_its_beginning_and_its_end() {
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
