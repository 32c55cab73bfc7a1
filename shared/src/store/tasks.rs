//! Tasks in the table, and keeping a conversation's tasks as its head demands (rule 6).

use super::items::{self, Versioned};
use super::table::{Condition, Page, Part, Position, Query, Table, Written, lost, retry_conflicts};
use super::{SendError, StoreError, schema};
use domain::Timestamp;
use domain::conversation::Conversation;
use domain::entry::Number;
use domain::ids::{ConversationId, TaskId, UserId};
use domain::task::{Progress, Task, TaskPlan, TaskSlot, TaskStatus, plan_tasks};

/// How many tasks of a pool one call looks at for those of an owner.
const LOOK_AT: usize = 250;

/// What keeping a conversation's tasks came to, for the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskChange {
    /// A task was opened.
    pub opened: bool,
    /// A task was completed.
    pub completed: bool,
}

impl Table {
    /// A task, as it stands now.
    pub async fn task(&self, id: TaskId) -> Result<Option<Versioned<Task>>, StoreError> {
        self.get(schema::task(id), true).await?.map(items::to_task).transpose()
    }

    /// A page of a pool's tasks, or of an owner's in it: requested, in progress, completed; oldest first in each.
    pub async fn list_tasks(
        &self,
        pool: &str,
        status: Option<TaskStatus>,
        owner: Option<&UserId>,
        limit: usize,
        start: Option<&Position>,
    ) -> Result<Page<Task>, StoreError> {
        let mut values = vec![(":lpk", schema::tasks_of(pool))];
        let condition = match status {
            Some(status) => {
                values.push((":prefix", schema::task_status_prefix(status).to_owned()));
                schema::LIST_PREFIX
            }
            None => schema::LIST,
        };
        values.extend(owner.map(|owner| (":owner", owner.to_string())));
        let query = Query {
            index: Some(schema::LISTS),
            filter: owner.map(|_| schema::IS_OWNED_BY),
            limit: owner.map(|_| LOOK_AT),
            start,
            ..Query::new(condition, values)
        };
        let page = self.query_page(query, limit).await?;
        let tasks = page.items.into_iter().map(|item| Ok(items::to_task(item)?.value));
        Ok(Page { items: tasks.collect::<Result<_, StoreError>>()?, next: page.next })
    }

    /// Reads a task, lets `change` decide, and saves what it makes; a completed task also leaves its
    /// conversation's slot, and keeps with which entry it was answered. Asked again when someone else was faster.
    pub async fn change_task<E>(
        &self,
        id: TaskId,
        change: impl Fn(Option<Task>) -> Result<(Task, Option<Task>), E>,
    ) -> Result<Task, SendError<E>> {
        retry_conflicts(|| async {
            let read = self.task(id).await?;
            let version = read.as_ref().map_or(0, |read| read.version);
            let (before, changed) = change(read.map(|read| read.value)).map_err(SendError::Rule)?;
            let Some(mut task) = changed else { return Ok(before) };
            let mut parts = Vec::new();
            if task.status() == TaskStatus::Completed {
                let (head, slot) = self.head_and_slot(task.conversation_id).await?;
                task = task.answered_in(&head);
                if slot.value.open.is_some_and(|(open, _)| open == id) {
                    let freed = slot.with(TaskSlot { open: None, ..slot.value });
                    parts.push(put_slot(task.conversation_id, &freed)?);
                }
            }
            parts.push(put_task(&Versioned { value: task.clone(), version })?);
            match self.transact(parts).await? {
                Written::Stored => Ok(task),
                Written::Refused(_) => Err(lost().into()),
            }
        })
        .await
    }

    /// Opens or completes a conversation's task, if its head and slot as they stand demand it. `open_in`
    /// says the pool, or that tasking is off; it is asked only when a task is to be opened.
    pub async fn keep_tasks<Fut>(
        &self,
        id: ConversationId,
        now: Timestamp,
        new_id: impl Fn() -> TaskId,
        open_in: impl Fn() -> Fut,
    ) -> Result<TaskChange, StoreError>
    where
        Fut: Future<Output = Result<Option<String>, StoreError>>,
    {
        retry_conflicts(|| async {
            let (head, slot) = self.head_and_slot(id).await?;
            let Some(plan) = plan_tasks(&head, &slot.value) else { return Ok(TaskChange::default()) };
            let pool = if plan.open.is_some() { open_in().await? } else { None };
            let Some(plan) = allowed(plan, pool.is_some(), &slot.value) else { return Ok(TaskChange::default()) };
            let mut parts = Vec::new();
            let mut kept = TaskSlot { open: slot.value.open, up_to: plan.up_to };
            if let Some((open, by)) = &plan.complete {
                kept.open = None;
                let task = self.task(*open).await?;
                let task = task.ok_or_else(|| StoreError::Corrupt("the open task does not exist".into()))?;
                if let Ok(Some(done)) = task.value.set_status(TaskStatus::Completed, None, by, now) {
                    parts.push(put_task(&task.with(done.answered_in(&head)))?);
                }
            }
            if let Some((number, pool)) = plan.open.zip(pool) {
                let patient_name =
                    self.patient(head.patient_id).await?.map_or_else(String::new, |patient| patient.name);
                let task = new_task(new_id(), &head, patient_name, number, pool, now);
                kept.open = Some((task.id, number));
                parts.push(put_task(&Versioned::new(task))?);
            }
            parts.push(put_slot(id, &slot.with(kept))?);
            match self.transact(parts).await? {
                Written::Stored => Ok(TaskChange { opened: plan.open.is_some(), completed: plan.complete.is_some() }),
                Written::Refused(_) => Err(lost()),
            }
        })
        .await
    }

    async fn head_and_slot(&self, id: ConversationId) -> Result<(Conversation, Versioned<TaskSlot>), StoreError> {
        let values = vec![(":pk", schema::conversation(id)), (":prefix", schema::HEAD.to_owned())];
        let query = Query { consistent: true, ..Query::new(schema::PARTITION_PREFIX, values) };
        let mut items = self.query_all(query).await?.into_iter();
        let head = items.next().ok_or_else(|| StoreError::Corrupt("the conversation does not exist".into()))?;
        let slot = items.next().map(items::to_task_slot).transpose()?;
        Ok((items::to_head(head)?, slot.unwrap_or_else(|| Versioned::new(TaskSlot::default()))))
    }
}

/// The plan without its new task where tasking is off: the message keeps its claim for when it is on again.
fn allowed(plan: TaskPlan, tasking: bool, slot: &TaskSlot) -> Option<TaskPlan> {
    if plan.open.is_none() || tasking {
        return Some(plan);
    }
    plan.complete.is_some().then_some(TaskPlan { open: None, up_to: slot.up_to, ..plan })
}

fn new_task(
    id: TaskId,
    head: &Conversation,
    patient_name: String,
    number: Number,
    pool: String,
    now: Timestamp,
) -> Task {
    Task {
        id,
        conversation_id: head.id,
        patient_id: head.patient_id,
        title: head.title.as_str().to_owned(),
        patient_name,
        pool,
        opened_by_number: number,
        progress: Progress::Requested,
        created_at: now,
    }
}

fn put_task(task: &Versioned<Task>) -> Result<Part, StoreError> {
    Ok(Part::Put(items::from_task(task)?, Some(Condition::version(task.version))))
}

fn put_slot(id: ConversationId, slot: &Versioned<TaskSlot>) -> Result<Part, StoreError> {
    Ok(Part::Put(items::from_task_slot(id, slot)?, Some(Condition::version(slot.version))))
}
