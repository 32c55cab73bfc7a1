//! Tasks: "answer this chat", on a pool's tasklist; at most one open for a conversation (rule 6).
//!
//! What a conversation's tasks should be follows from its head and from its [`TaskSlot`] as they
//! stand, not from the events that led there; so an event may come twice, late or out of order.

use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::conversation::Conversation;
use super::entry::Number;
use super::ids::{ConversationId, PatientId, TaskId, UserId};
use super::lock::Status;
use super::person::Person;

/// FHIR's status of a task, as far as this system uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskStatus {
    /// Nobody has taken it yet.
    Requested,
    /// Its owner is at it.
    InProgress,
    /// Done.
    Completed,
}

/// Who did a task and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Who completed it, or who closed the conversation.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// The entry that answered (FHIR's `output`): the staff's last message then, if it came after the question.
    pub answered_by: Option<Number>,
}

/// Who works on a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Their id.
    pub user_id: UserId,
    /// Their name, where it is known: whoever takes a task for themselves says theirs.
    pub name: Option<String>,
}

/// How far a task has come. A completed task without a completion can't be expressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Nobody has taken it.
    Requested,
    /// Someone is at it.
    InProgress(Owner),
    /// It is done; its owner, if it had one, is kept.
    Completed(Completion, Option<Owner>),
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The chat to answer (FHIR's `focus`).
    pub conversation_id: ConversationId,
    /// The patient who waits (FHIR's `for`).
    pub patient_id: PatientId,
    /// The chat's title.
    pub title: String,
    /// The patient's name, as it was then.
    pub patient_name: String,
    /// Whose tasklist it is on (FHIR's `performerType`).
    pub pool: String,
    /// The message that opened it.
    pub opened_by_number: Number,
    /// How far it has come.
    pub progress: Progress,
    /// When it was opened.
    pub created_at: Timestamp,
}

/// A wish to change a task's status that can't be fulfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the task is completed")]
pub struct AlreadyCompleted;

impl Task {
    /// Its status.
    pub const fn status(&self) -> TaskStatus {
        match self.progress {
            Progress::Requested => TaskStatus::Requested,
            Progress::InProgress(_) => TaskStatus::InProgress,
            Progress::Completed(..) => TaskStatus::Completed,
        }
    }

    /// Its owner, if it has one.
    pub const fn owner(&self) -> Option<&Owner> {
        match &self.progress {
            Progress::Requested => None,
            Progress::InProgress(owner) => Some(owner),
            Progress::Completed(_, owner) => owner.as_ref(),
        }
    }

    /// Takes it, gives it back or completes it. Repeating changes nothing; a completed task stays so:
    /// the patient's next message opens a new one.
    pub fn set_status(
        &self,
        status: TaskStatus,
        owner: Option<Owner>,
        by: &Person,
        at: Timestamp,
    ) -> Result<Option<Self>, AlreadyCompleted> {
        let progress = match (&self.progress, status) {
            (Progress::Completed(..), TaskStatus::Completed) => return Ok(None),
            (Progress::Completed(..), _) => return Err(AlreadyCompleted),
            (_, TaskStatus::Requested) => Progress::Requested,
            (_, TaskStatus::InProgress) => Progress::InProgress(owner.unwrap_or_else(|| Owner::of(by))),
            (_, TaskStatus::Completed) => {
                let owner = owner.or_else(|| self.owner().cloned());
                Progress::Completed(Completion { by: by.clone(), at, answered_by: None }, owner)
            }
        };
        Ok((progress != self.progress).then(|| Self { progress, ..self.clone() }))
    }

    /// The task as it was completed, with the answer that its conversation had by then.
    #[must_use]
    pub fn answered_in(mut self, head: &Conversation) -> Self {
        if let Progress::Completed(completion, _) = &mut self.progress {
            completion.answered_by = Some(head.last_staff_number).filter(|number| *number > self.opened_by_number);
        }
        self
    }
}

impl Owner {
    /// Someone who takes a task for themselves.
    pub fn of(person: &Person) -> Self {
        Self { user_id: person.user_id.clone(), name: Some(person.name.clone()) }
    }
}

/// A conversation's place on the tasklist: the task that is open, and up to where messages have had theirs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskSlot {
    /// The open task and the number of the message that opened it.
    pub open: Option<(TaskId, Number)>,
    /// The patient's last message that a task was opened for or that found one open.
    pub up_to: Number,
}

/// What has to be done about a conversation's tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPlan {
    /// The task to complete, because the conversation was closed, and who closed it.
    pub complete: Option<(TaskId, Person)>,
    /// Whether to open a new task, for the message with this number.
    pub open: Option<Number>,
    /// The messages that have had their task, afterwards.
    pub up_to: Number,
}

/// Decides from head and slot as they stand. Nothing to do is `None`.
pub fn plan_tasks(head: &Conversation, slot: &TaskSlot) -> Option<TaskPlan> {
    let closed_up_to = head.last_closing.as_ref().map_or(0, |closing| closing.number);
    let complete = slot.open.and_then(|(id, opened_by)| {
        let closing = head.last_closing.as_ref().filter(|closing| closing.number > opened_by)?;
        Some((id, closing.by.clone()))
    });
    let still_open = slot.open.is_some() && complete.is_none();
    let asked = head.last_patient_number;
    let is_news = asked > slot.up_to && asked > closed_up_to;
    let waits = head.status() == Status::Open && head.awaiting_reply_since.is_some();
    let open = (is_news && waits && !still_open).then_some(asked);
    let up_to = if open.is_some() || (is_news && still_open) { asked } else { slot.up_to };
    let plan = TaskPlan { complete, open, up_to };
    (plan.complete.is_some() || plan.open.is_some() || plan.up_to != slot.up_to).then_some(plan)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::conversation::tests::{ana, at, clara, empty, posted};

    fn apply(slot: &TaskSlot, plan: &TaskPlan, next_id: &mut u128) -> TaskSlot {
        let mut slot = slot.clone();
        if plan.complete.is_some() {
            slot.open = None;
        }
        if let Some(number) = plan.open {
            *next_id += 1;
            slot.open = Some((TaskId::new(Uuid::from_u128(*next_id)), number));
        }
        slot.up_to = plan.up_to;
        slot
    }

    fn settled(head: &Conversation, slot: &TaskSlot) -> TaskSlot {
        plan_tasks(head, slot).map_or_else(|| slot.clone(), |plan| apply(slot, &plan, &mut 100))
    }

    #[test]
    fn an_unanswered_message_opens_the_one_task() {
        let asked = posted(&empty(), &ana(), 1);
        let slot = settled(&asked, &TaskSlot::default());
        assert_eq!(slot.open.map(|(_, number)| number), Some(1));
        let asked_again = posted(&asked, &ana(), 2);
        let again = settled(&asked_again, &slot);
        assert_eq!((again.open, again.up_to), (slot.open, 2), "never a second one");
        assert_eq!(plan_tasks(&asked_again, &again), None, "delivered again, nothing changes");
    }

    #[test]
    fn ticking_before_answering_is_allowed_and_the_next_message_opens_another() {
        let asked = posted(&empty(), &ana(), 1);
        let ticked = TaskSlot { open: None, ..settled(&asked, &TaskSlot::default()) };
        assert_eq!(plan_tasks(&asked, &ticked), None, "a late record does not bring it back");
        assert!(asked.awaiting_reply_since.is_some());
        let asked_again = posted(&asked, &ana(), 2);
        assert_eq!(settled(&asked_again, &ticked).open.map(|(_, number)| number), Some(2));
    }

    #[test]
    fn closing_completes_it_and_reopening_makes_none() {
        let asked = posted(&empty(), &ana(), 1);
        let slot = settled(&asked, &TaskSlot::default());
        let closed = asked.set_status(Status::Closed, &clara(), at(2)).unwrap().head;
        let plan = plan_tasks(&closed, &slot).unwrap();
        assert_eq!(plan.complete, Some((slot.open.unwrap().0, clara())));
        let done = apply(&slot, &plan, &mut 0);
        let reopened = closed.set_status(Status::Open, &ana(), at(3)).unwrap().head;
        assert_eq!(plan_tasks(&reopened, &done), None);
        assert_eq!(plan_tasks(&reopened, &slot), Some(plan), "also when the closing is noticed late");
    }

    #[test]
    fn an_answer_in_time_opens_no_task() {
        let answered = posted(&posted(&empty(), &ana(), 1), &clara(), 2);
        assert_eq!(plan_tasks(&answered, &TaskSlot::default()), None);
    }

    fn task() -> Task {
        Task {
            id: TaskId::new(Uuid::nil()),
            conversation_id: empty().id,
            patient_id: empty().patient_id,
            title: "Results".into(),
            patient_name: "Ana".into(),
            pool: "clinic".into(),
            opened_by_number: 1,
            progress: Progress::Requested,
            created_at: at(1),
        }
    }

    #[test]
    fn a_task_is_taken_given_back_and_completed_once() {
        let task = task();
        let taken = task.set_status(TaskStatus::InProgress, None, &clara(), at(2)).unwrap().unwrap();
        assert_eq!(taken.owner(), Some(&Owner::of(&clara())));
        assert_eq!(taken.set_status(TaskStatus::InProgress, None, &clara(), at(3)), Ok(None));
        let back = taken.set_status(TaskStatus::Requested, None, &clara(), at(3)).unwrap().unwrap();
        assert_eq!(back, task);
        let done = taken.set_status(TaskStatus::Completed, None, &clara(), at(4)).unwrap().unwrap();
        assert_eq!(done.set_status(TaskStatus::Completed, None, &ana(), at(5)), Ok(None));
        assert_eq!(done.set_status(TaskStatus::Requested, None, &clara(), at(5)), Err(AlreadyCompleted));
    }

    #[test]
    fn a_completed_task_says_with_which_entry_it_was_answered() {
        let asked = posted(&posted(&empty(), &clara(), 1), &ana(), 2);
        let task = Task { opened_by_number: 2, ..task() };
        let answer = |head: &Conversation| {
            let done = task.set_status(TaskStatus::Completed, None, &clara(), at(9)).unwrap().unwrap();
            let Progress::Completed(completion, _) = done.answered_in(head).progress else { panic!("it is done") };
            completion.answered_by
        };
        assert_eq!(answer(&asked), None, "ticked without an answer");
        let answered = posted(&posted(&asked, &clara(), 3), &clara(), 4);
        assert_eq!(answer(&answered), Some(4), "the last one");
        assert_eq!(answer(&posted(&answered, &ana(), 5)), Some(4), "a question after it changes nothing");
        assert_eq!(task.clone().answered_in(&answered), task, "only what is done was answered");
    }

    #[derive(Debug, Clone)]
    enum Act {
        Patient,
        Staff,
        Close,
        Reopen,
        Tick,
        Deliver,
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        proptest::collection::vec(
            prop_oneof![
                Just(Act::Patient),
                Just(Act::Staff),
                Just(Act::Close),
                Just(Act::Reopen),
                Just(Act::Tick),
                Just(Act::Deliver)
            ],
            0..60,
        )
    }

    proptest! {
        /// Whatever happens in whatever order and however late it is noticed: once noticed, a patient
        /// who waits in an open chat and wrote since the last tick and closing has exactly one open task.
        #[test]
        fn nobody_waits_without_a_task_but_by_a_clinicians_decision(acts in acts()) {
            let (mut head, mut slot, mut next_id) = (empty(), TaskSlot::default(), 0);
            for (second, act) in acts.iter().enumerate() {
                let second = i64::try_from(second).unwrap();
                match act {
                    Act::Patient if head.status() == Status::Open => head = posted(&head, &ana(), second),
                    Act::Staff if head.status() == Status::Open => head = posted(&head, &clara(), second),
                    Act::Close => if let Some(changed) = head.set_status(Status::Closed, &clara(), at(second)) { head = changed.head },
                    Act::Reopen => if let Some(changed) = head.set_status(Status::Open, &ana(), at(second)) { head = changed.head },
                    Act::Tick => slot.open = None,
                    Act::Deliver => if let Some(plan) = plan_tasks(&head, &slot) { slot = apply(&slot, &plan, &mut next_id) },
                    _ => {}
                }
            }
            let before = slot.clone();
            if let Some(plan) = plan_tasks(&head, &slot) { slot = apply(&slot, &plan, &mut next_id) }
            prop_assert_eq!(plan_tasks(&head, &slot), None, "one look is enough, a second changes nothing");
            if head.status() == Status::Closed {
                prop_assert!(slot.open.is_none(), "a closed chat has no open task");
            }
            let closed = head.last_closing.as_ref().map_or(0, |closing| closing.number);
            let owed = head.awaiting_reply_since.is_some() && head.last_patient_number > before.up_to.max(closed);
            if head.status() == Status::Open && owed {
                prop_assert!(slot.open.is_some(), "somebody waits and nobody is due to answer");
            }
        }
    }
}
