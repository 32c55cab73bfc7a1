//! Tasks in the table, and opening or completing a conversation's task as its head demands (rule 6).

use super::cached_settings::CachedSettings;
use super::decision::{ChangeError, Decision};
use super::items::{self, Versioned};
use super::table::{Page, Part, Position, Query, Table, retry_conflicts};
use super::{StoreError, schema};
use domain::Timestamp;
use domain::conversation::Conversation;
use domain::ids::{ConversationId, TaskId, UserId};
use domain::task::{Progress, Task, TaskPlan, TaskSlot, TaskStatus, plan_tasks};

/// How many tasks of a pool one call looks at for those of an owner.
const LOOK_AT: usize = 250;

/// A page of a pool's tasks.
#[derive(Debug, Clone, Copy)]
pub struct TaskPage<'a> {
    /// The pool.
    pub pool: &'a str,
    /// Only tasks with this status.
    pub status: Option<TaskStatus>,
    /// Only tasks of this owner.
    pub owner: Option<&'a UserId>,
    /// How many at most.
    pub limit: usize,
    /// Where it begins.
    pub start: Option<&'a Position>,
}

/// What was changed of a conversation's tasks, for the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskChange {
    /// A task was opened.
    pub opened: bool,
    /// A task was completed.
    pub completed: bool,
}

impl Table {
    /// A task, as it is now.
    pub async fn task(&self, id: TaskId) -> Result<Option<Versioned<Task>>, StoreError> {
        self.get(schema::task(id), true).await?.map(items::to_task).transpose()
    }

    /// A page of a pool's tasks: requested, in progress, completed; oldest first in each.
    pub async fn list_tasks(&self, page: TaskPage<'_>) -> Result<Page<Task>, StoreError> {
        let TaskPage { pool, status, owner, limit, start } = page;
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
        let found = self.query_page(query, limit).await?;
        let tasks = found.items.into_iter().map(|item| Ok(items::to_task(item)?.value));
        Ok(Page { items: tasks.collect::<Result<_, StoreError>>()?, next: found.next })
    }

    /// Changes a task as a rule decides. A completed one leaves its conversation's slot and keeps which entry answered.
    /// Returns it as it is then.
    pub async fn change_task<E>(
        &self,
        id: TaskId,
        decide: impl Fn(&Task) -> Result<Decision<Task>, E>,
    ) -> Result<Task, ChangeError<E>> {
        retry_conflicts(|| async {
            let read = self.task(id).await?.ok_or(ChangeError::Missing)?;
            let Decision { change, event } = decide(&read.value).map_err(ChangeError::Rule)?;
            let Some(mut task) = change else {
                self.record_event(event.as_ref()).await?;
                return Ok(read.value);
            };
            let mut parts = Vec::new();
            if task.status() == TaskStatus::Completed {
                let (head, slot) = self.head_and_slot(task.conversation_id).await?;
                task = task.with_answer_in(&head);
                if slot.value.open.is_some_and(|(open, _)| open == id) {
                    let freed = slot.with(TaskSlot { open: None, ..slot.value });
                    parts.push(put_slot(task.conversation_id, &freed)?);
                }
            }
            parts.push(put_task(&read.with(task.clone()))?);
            self.store(parts, event.as_ref()).await?;
            Ok(task)
        })
        .await
    }

    /// Opens or completes a conversation's task, as its head and slot demand. A new task has the id `new_id` and goes to
    /// the pool that the settings name; they are read only then.
    pub async fn sync_tasks(
        &self,
        id: ConversationId,
        settings: &CachedSettings,
        now: Timestamp,
        new_id: TaskId,
    ) -> Result<TaskChange, StoreError> {
        retry_conflicts(|| async {
            let (head, slot) = self.head_and_slot(id).await?;
            let Some(plan) = plan_tasks(&head, &slot.value) else { return Ok(TaskChange::default()) };
            let pool = if plan.open.is_some() { self.tasking_pool(settings, now).await? } else { None };
            let Some(plan) = allowed(plan, pool.is_some(), &slot.value) else { return Ok(TaskChange::default()) };
            let mut parts = Vec::new();
            let mut kept = TaskSlot { open: slot.value.open, up_to: plan.up_to };
            if let Some((open, by)) = &plan.complete {
                kept.open = None;
                let task = self.task(*open).await?;
                let task = task.ok_or_else(|| StoreError::Corrupt("the open task does not exist".into()))?;
                if let Ok(Some(done)) = task.value.set_status(TaskStatus::Completed, None, by, now) {
                    parts.push(put_task(&task.with(done.with_answer_in(&head)))?);
                }
            }
            if let Some((number, pool)) = plan.open.zip(pool) {
                let patient = self.patient(head.patient_id).await?;
                let task = Task {
                    id: new_id,
                    conversation_id: head.id,
                    patient_id: head.patient_id,
                    title: head.title.as_str().to_owned(),
                    patient_name: patient.map_or_else(String::new, |patient| patient.name),
                    pool,
                    opened_by_number: number,
                    progress: Progress::Requested,
                    created_at: now,
                };
                kept.open = Some((new_id, number));
                parts.push(put_task(&Versioned::new(task))?);
            }
            parts.push(put_slot(id, &slot.with(kept))?);
            self.store(parts, None).await?;
            Ok(TaskChange { opened: plan.open.is_some(), completed: plan.complete.is_some() })
        })
        .await
    }

    /// The pool that new tasks go to, unless tasking is off.
    async fn tasking_pool(&self, settings: &CachedSettings, now: Timestamp) -> Result<Option<String>, StoreError> {
        let tasking = settings.get(self, now).await?.tasking;
        Ok(tasking.enabled.then_some(tasking.pool))
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

fn put_task(task: &Versioned<Task>) -> Result<Part, StoreError> {
    Ok(Part::Put(items::from_task(task)?, Some(task.unchanged())))
}

fn put_slot(id: ConversationId, slot: &Versioned<TaskSlot>) -> Result<Part, StoreError> {
    Ok(Part::Put(items::from_task_slot(id, slot)?, Some(slot.unchanged())))
}
