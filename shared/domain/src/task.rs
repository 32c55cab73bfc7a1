//! Tasks: "answer this conversation", on a pool's tasklist; at most one open task per conversation (rule 6).
//!
//! [`plan_tasks`] decides from the current head and [`TaskSlot`] only, so stream records may arrive late, twice or in
//! any order.

use serde::{Deserialize, Serialize};

use crate::access::Denied;
use crate::conversation::Conversation;
use crate::ids::{ConversationId, EntryNumber, PatientId, TaskId, UserId};
use crate::lock::Status;
use crate::person::{Caller, Person};
use crate::time::Timestamp;

/// The status of a task: the three of FHIR's codes that this system uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskStatus {
    /// Not assigned to anyone.
    Requested,
    /// Assigned to its owner.
    InProgress,
    /// Completed.
    Completed,
}

/// Who completed a task, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Who completed it, or closed the conversation.
    pub by: Person,
    /// When it was completed.
    pub at: Timestamp,
    /// The entry that answered the patient (FHIR's `output`): the last message from staff after the one that created
    /// the task.
    pub answered_by: Option<EntryNumber>,
}

/// The clinician that a task is assigned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Their id.
    pub user_id: UserId,
    /// Their name. Known only for clinicians who assigned the task to themselves.
    pub name: Option<String>,
}

/// The status of a task, with what belongs to it: the type ensures that a completed task has a completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Not assigned to anyone.
    Requested,
    /// Assigned to its owner.
    InProgress(Owner),
    /// Completed; the owner it had, if any, is kept.
    Completed(Completion, Option<Owner>),
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The conversation to answer (FHIR's `focus`).
    pub conversation_id: ConversationId,
    /// The patient who asked (FHIR's `for`).
    pub patient_id: PatientId,
    /// The conversation's title.
    pub title: String,
    /// The patient's name when the task was created.
    pub patient_name: String,
    /// The pool whose tasklist it is on (FHIR's `performerType`).
    pub pool: String,
    /// The number of the message that created it.
    pub opened_by_number: EntryNumber,
    /// Its status, owner and completion.
    pub progress: Progress,
    /// When it was created.
    pub created_at: Timestamp,
}

/// The error for changing the status of a completed task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the task is completed")]
pub struct AlreadyCompleted;

impl Task {
    /// Allows clinicians.
    pub fn must_be_visible_to(&self, caller: &Caller) -> Result<(), Denied> {
        caller.may_read_chart(self.patient_id).map(drop)
    }

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

    /// Assigns, returns or completes the task. Returns `None` if that changes nothing. A completed task can't be
    /// changed: the patient's next message creates a new one.
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

    /// The task, just completed, with the entry that answered the patient, taken from the conversation's head.
    #[must_use]
    pub fn with_answer_in(mut self, head: &Conversation) -> Self {
        if let Progress::Completed(completion, _) = &mut self.progress {
            completion.answered_by = Some(head.last_staff_number).filter(|number| *number > self.opened_by_number);
        }
        self
    }
}

impl Owner {
    /// The owner of a task that a clinician assigns to themselves.
    pub fn of(person: &Person) -> Self {
        Self { user_id: person.user_id.clone(), name: Some(person.name.clone()) }
    }
}

/// The task state of a conversation: its open task, and a watermark of the messages already covered by a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskSlot {
    /// The open task and the number of the message that created it.
    pub open: Option<(TaskId, EntryNumber)>,
    /// The last message of the patient that is covered by an open or completed task.
    pub up_to: EntryNumber,
}

/// The changes to make to a conversation's tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPlan {
    /// The task to complete because the conversation was closed, and who closed it.
    pub complete: Option<(TaskId, Person)>,
    /// The number of the message to create a new task for.
    pub open: Option<EntryNumber>,
    /// The new value of [`TaskSlot::up_to`].
    pub up_to: EntryNumber,
}

/// Decides the changes from the current head and slot. Returns `None` if nothing is to change.
pub fn plan_tasks(head: &Conversation, slot: &TaskSlot) -> Option<TaskPlan> {
    let closed_up_to = head.last_closing.as_ref().map_or(0, |closing| closing.number);
    let complete = slot.open.and_then(|(id, opened_by)| {
        let closing = head.last_closing.as_ref().filter(|closing| closing.number > opened_by)?;
        Some((id, closing.by.clone()))
    });
    let still_open = slot.open.is_some() && complete.is_none();
    let last = head.last_patient_number;
    let is_new = last > slot.up_to && last > closed_up_to;
    let awaits_reply = head.status() == Status::Open && head.awaiting_reply_since.is_some();
    let open = (is_new && awaits_reply && !still_open).then_some(last);
    let up_to = if open.is_some() || (is_new && still_open) { last } else { slot.up_to };
    let plan = TaskPlan { complete, open, up_to };
    (plan.complete.is_some() || plan.open.is_some() || plan.up_to != slot.up_to).then_some(plan)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::samples::{ana, at, clara, empty, posted};

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
    fn an_unanswered_message_creates_one_task() {
        let asked = posted(&empty(), &ana(), 1);
        let slot = settled(&asked, &TaskSlot::default());
        assert_eq!(slot.open.map(|(_, number)| number), Some(1));
        let asked_again = posted(&asked, &ana(), 2);
        let again = settled(&asked_again, &slot);
        assert_eq!((again.open, again.up_to), (slot.open, 2), "the next one creates no second task");
        assert_eq!(plan_tasks(&asked_again, &again), None, "repeated delivery changes nothing");
    }

    #[test]
    fn a_task_completed_without_an_answer_is_followed_by_another() {
        let asked = posted(&empty(), &ana(), 1);
        let completed = TaskSlot { open: None, ..settled(&asked, &TaskSlot::default()) };
        assert_eq!(plan_tasks(&asked, &completed), None, "a late stream record does not reopen it");
        assert!(asked.awaiting_reply_since.is_some());
        let asked_again = posted(&asked, &ana(), 2);
        assert_eq!(settled(&asked_again, &completed).open.map(|(_, number)| number), Some(2));
    }

    #[test]
    fn closing_completes_the_task_and_reopening_creates_none() {
        let asked = posted(&empty(), &ana(), 1);
        let slot = settled(&asked, &TaskSlot::default());
        let closed = asked.set_status(Status::Closed, &clara(), at(2)).unwrap().head;
        let plan = plan_tasks(&closed, &slot).unwrap();
        assert_eq!(plan.complete, Some((slot.open.unwrap().0, clara())));
        let done = apply(&slot, &plan, &mut 0);
        let reopened = closed.set_status(Status::Open, &ana(), at(3)).unwrap().head;
        assert_eq!(plan_tasks(&reopened, &done), None);
        assert_eq!(plan_tasks(&reopened, &slot), Some(plan), "also if the closing is delivered late");
    }

    #[test]
    fn an_answered_message_creates_no_task() {
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
    fn a_task_is_assigned_returned_and_completed_once() {
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
    fn a_completed_task_has_the_number_of_the_answer() {
        let asked = posted(&posted(&empty(), &clara(), 1), &ana(), 2);
        let task = Task { opened_by_number: 2, ..task() };
        let answer = |head: &Conversation| {
            let done = task.set_status(TaskStatus::Completed, None, &clara(), at(9)).unwrap().unwrap();
            let Progress::Completed(completion, _) = done.with_answer_in(head).progress else {
                panic!("not completed")
            };
            completion.answered_by
        };
        assert_eq!(answer(&asked), None, "completed without an answer");
        let answered = posted(&posted(&asked, &clara(), 3), &clara(), 4);
        assert_eq!(answer(&answered), Some(4), "the last answer");
        assert_eq!(answer(&posted(&answered, &ana(), 5)), Some(4), "the patient's next message changes nothing");
        assert_eq!(task.clone().with_answer_in(&answered), task, "open tasks have no answer");
    }

    #[derive(Debug, Clone)]
    enum Act {
        Patient,
        Staff,
        Close,
        Reopen,
        Complete,
        Deliver,
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        proptest::collection::vec(
            prop_oneof![
                Just(Act::Patient),
                Just(Act::Staff),
                Just(Act::Close),
                Just(Act::Reopen),
                Just(Act::Complete),
                Just(Act::Deliver)
            ],
            0..60,
        )
    }

    proptest! {
        /// Whatever happens, and however late it is delivered: afterwards, an open conversation that awaits a reply has
        /// exactly one open task, unless a clinician completed it after the patient's last message.
        #[test]
        fn conversations_awaiting_a_reply_have_a_task_unless_a_clinician_completed_it(acts in acts()) {
            let (mut head, mut slot, mut next_id) = (empty(), TaskSlot::default(), 0);
            for (second, act) in acts.iter().enumerate() {
                let second = i64::try_from(second).unwrap();
                match act {
                    Act::Patient if head.status() == Status::Open => head = posted(&head, &ana(), second),
                    Act::Staff if head.status() == Status::Open => head = posted(&head, &clara(), second),
                    Act::Close => if let Some(changed) = head.set_status(Status::Closed, &clara(), at(second)) { head = changed.head },
                    Act::Reopen => if let Some(changed) = head.set_status(Status::Open, &ana(), at(second)) { head = changed.head },
                    Act::Complete => slot.open = None,
                    Act::Deliver => if let Some(plan) = plan_tasks(&head, &slot) { slot = apply(&slot, &plan, &mut next_id) },
                    _ => {}
                }
            }
            let before = slot.clone();
            if let Some(plan) = plan_tasks(&head, &slot) { slot = apply(&slot, &plan, &mut next_id) }
            prop_assert_eq!(plan_tasks(&head, &slot), None, "repeated delivery changes nothing");
            if head.status() == Status::Closed {
                prop_assert!(slot.open.is_none(), "a closed conversation has no open task");
            }
            let closed = head.last_closing.as_ref().map_or(0, |closing| closing.number);
            let is_due = head.awaiting_reply_since.is_some() && head.last_patient_number > before.up_to.max(closed);
            if head.status() == Status::Open && is_due {
                prop_assert!(slot.open.is_some(), "a patient awaits a reply without a task");
            }
        }
    }
}
