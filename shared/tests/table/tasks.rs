//! Tasks: one open at most, completed by a tick or by the closing.

use shared::domain::ids::{ConversationId, TaskId};
use shared::domain::lock::Status;
use shared::domain::task::{AlreadyCompleted, Task, TaskStatus};
use shared::store::{SendError, StoreError, Table, TaskChange};
use uuid::Uuid;

use crate::support::{ana, at, begun, clara, send, set_status, table};

async fn keep(table: &Table, id: ConversationId) -> TaskChange {
    keep_in(table, id, Some("clinic")).await
}

async fn keep_in(table: &Table, id: ConversationId, pool: Option<&str>) -> TaskChange {
    let pool = || async { Ok(pool.map(String::from)) };
    table.keep_tasks(id, at(9), || TaskId::new(Uuid::new_v4()), pool).await.unwrap()
}

async fn listed(table: &Table, status: Option<TaskStatus>) -> Vec<Task> {
    table.list_tasks("clinic", status, 10, None).await.unwrap().items
}

async fn set(table: &Table, id: TaskId, status: TaskStatus) -> Result<Task, SendError<AlreadyCompleted>> {
    let change = |task: Option<Task>| {
        let task = task.unwrap();
        let changed = task.set_status(status, None, &clara(), at(5))?;
        Ok((task, changed))
    };
    table.change_task(id, change).await
}

#[tokio::test]
async fn one_task_is_opened_whatever_comes_at_once() {
    let table = table().await;
    let id = begun(&table, "Results", 0).await.id;
    assert_eq!(keep(&table, id).await, TaskChange::default(), "an empty chat owes nothing");
    for second in 1..=3 {
        send(&table, id, &ana(), "question", second).await.unwrap();
    }
    let kept = futures::future::join_all((0..6).map(|_| keep(&table, id))).await;
    assert_eq!(kept.iter().filter(|change| change.opened).count(), 1);
    let tasks = listed(&table, Some(TaskStatus::Requested)).await;
    assert_eq!((tasks.len(), tasks[0].opened_by_number, tasks[0].title.as_str()), (1, 3, "Results"));
}

#[tokio::test]
async fn closing_completes_the_task_and_says_who() {
    let table = table().await;
    let id = begun(&table, "Results", 0).await.id;
    send(&table, id, &ana(), "question", 1).await.unwrap();
    keep(&table, id).await;
    set_status(&table, id, Status::Closed, &clara(), 2).await.unwrap();
    assert_eq!(keep(&table, id).await, TaskChange { opened: false, completed: true });
    assert_eq!(keep(&table, id).await, TaskChange::default());
    let tasks = listed(&table, None).await;
    assert_eq!((tasks.len(), tasks[0].status()), (1, TaskStatus::Completed));
    set_status(&table, id, Status::Open, &ana(), 3).await.unwrap();
    assert_eq!(keep(&table, id).await, TaskChange::default(), "reopening makes none");
    send(&table, id, &ana(), "again", 4).await.unwrap();
    assert!(keep(&table, id).await.opened);
}

#[tokio::test]
async fn a_ticked_task_frees_the_place_for_the_next_question() {
    let table = table().await;
    let id = begun(&table, "Results", 0).await.id;
    send(&table, id, &ana(), "question", 1).await.unwrap();
    keep(&table, id).await;
    let task = listed(&table, None).await.remove(0);
    assert_eq!(set(&table, task.id, TaskStatus::InProgress).await.unwrap().status(), TaskStatus::InProgress);
    assert!(listed(&table, Some(TaskStatus::Requested)).await.is_empty());
    set(&table, task.id, TaskStatus::Completed).await.unwrap();
    assert!(matches!(set(&table, task.id, TaskStatus::Requested).await, Err(SendError::Rule(AlreadyCompleted))));
    assert_eq!(keep(&table, id).await, TaskChange::default(), "a late record does not bring it back");
    send(&table, id, &ana(), "another question", 2).await.unwrap();
    assert!(keep(&table, id).await.opened);
    let waiting = listed(&table, Some(TaskStatus::Requested)).await;
    assert_eq!((waiting.len(), waiting[0].opened_by_number), (1, 2));
}

#[tokio::test]
async fn with_tasking_off_a_question_waits_for_it_to_be_on() {
    let table = table().await;
    let id = begun(&table, "Results", 0).await.id;
    send(&table, id, &ana(), "question", 1).await.unwrap();
    assert_eq!(keep_in(&table, id, None).await, TaskChange::default());
    assert!(keep(&table, id).await.opened);
}

/// Items that another program broke must be named, not guessed at.
#[tokio::test]
async fn what_does_not_exist_is_not_a_passing_failure() {
    let table = table().await;
    let pool = || async { Ok(None) };
    let missing = ConversationId::new(Uuid::new_v4());
    let outcome = table.keep_tasks(missing, at(0), || TaskId::new(Uuid::new_v4()), pool).await;
    assert!(matches!(outcome, Err(StoreError::Corrupt(_))), "{outcome:?}");
    assert!(matches!(table.bring_together(missing).await, Err(StoreError::Corrupt(_))));
}
