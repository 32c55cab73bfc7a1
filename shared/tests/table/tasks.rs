//! Tasks: one open at most, completed by a tick or by the closing.

use domain::ids::{ConversationId, TaskId};
use domain::lock::Status;
use domain::task::{AlreadyCompleted, Progress, Task, TaskStatus};
use shared::store::{SendError, StoreError, Table, TaskChange};
use uuid::Uuid;

use crate::support::{ana, at, begun, clara, send, set_status, table};

async fn keep(table: &Table, id: ConversationId) -> TaskChange {
    keep_in(table, id, Some("clinic")).await
}

async fn keep_at(table: &Table, id: ConversationId, second: i64) {
    let new_id = || TaskId::new(Uuid::new_v4());
    table.keep_tasks(id, at(second), new_id, || async { Ok(Some("clinic".to_owned())) }).await.unwrap();
}

async fn keep_in(table: &Table, id: ConversationId, pool: Option<&str>) -> TaskChange {
    let pool = || async { Ok(pool.map(String::from)) };
    table.keep_tasks(id, at(9), || TaskId::new(Uuid::new_v4()), pool).await.unwrap()
}

async fn listed(table: &Table, status: Option<TaskStatus>) -> Vec<Task> {
    table.list_tasks("clinic", status, None, 10, None).await.unwrap().items
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

#[tokio::test]
async fn a_completed_task_says_with_which_entry_it_was_answered() {
    let table = table().await;
    let chat = begun(&table, "Results", 0).await.id;
    let answers = async |expected: &[Option<u64>]| {
        let tasks = listed(&table, Some(TaskStatus::Completed)).await;
        let answered = tasks.iter().map(|task| match &task.progress {
            Progress::Completed(completion, _) => completion.answered_by,
            other => panic!("{other:?}"),
        });
        assert_eq!(answered.collect::<Vec<_>>(), expected);
    };
    let ask = async |second: i64| {
        send(&table, chat, &ana(), "question", second).await.unwrap();
        keep_at(&table, chat, second).await;
        listed(&table, Some(TaskStatus::Requested)).await.remove(0).id
    };
    let first = ask(1).await;
    send(&table, chat, &clara(), "answer", 2).await.unwrap();
    send(&table, chat, &ana(), "thanks", 3).await.unwrap();
    let done = set(&table, first, TaskStatus::Completed).await.unwrap();
    assert_eq!(table.task(first).await.unwrap().unwrap().value, done, "what is answered is what is stored");
    answers(&[Some(2)]).await;
    let ticked = ask(4).await;
    set(&table, ticked, TaskStatus::Completed).await.unwrap();
    answers(&[Some(2), None]).await;
    ask(5).await;
    send(&table, chat, &clara(), "answer", 6).await.unwrap();
    set_status(&table, chat, Status::Closed, &clara(), 7).await.unwrap();
    assert!(keep(&table, chat).await.completed);
    answers(&[Some(2), None, Some(6)]).await;
}

#[tokio::test]
async fn an_owners_tasks_are_listed_page_by_page() {
    let table = table().await;
    let mut own = Vec::new();
    for n in 0..9 {
        let chat = begun(&table, "Results", n).await.id;
        send(&table, chat, &ana(), "question", n).await.unwrap();
        keep_at(&table, chat, n).await;
        let task = listed(&table, Some(TaskStatus::Requested)).await.remove(0).id;
        if n % 2 == 0 {
            set(&table, task, TaskStatus::InProgress).await.unwrap();
            own.push(task);
        } else {
            set(&table, task, TaskStatus::Completed).await.unwrap();
        }
    }
    let (mut found, mut start) = (Vec::new(), None);
    for page in 0.. {
        assert!(page < 5, "it ends");
        let listed = table.list_tasks("clinic", None, Some(&clara().user_id), 2, start.as_ref()).await.unwrap();
        assert!(listed.items.len() <= 2);
        found.extend(listed.items.into_iter().map(|task| task.id));
        start = listed.next;
        if start.is_none() {
            break;
        }
    }
    assert_eq!(found, own, "each once, in order, and nobody else's");
    let others = table.list_tasks("clinic", None, Some(&ana().user_id), 10, None).await.unwrap();
    assert_eq!((others.items.len(), others.next), (0, None));
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
