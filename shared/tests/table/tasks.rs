//! Tasks: one open at most, completed by a tick or by the closing.

use domain::ids::{ConversationId, TaskId};
use domain::lock::Status;
use domain::settings::Settings;
use domain::task::{AlreadyCompleted, Progress, Task, TaskStatus};
use shared::store::{CachedSettings, ChangeError, Decision, StoreError, Table, TaskChange, TaskPage};
use uuid::Uuid;

use crate::support::{ana, at, begun, clara, send, set_status, table};

async fn keep(table: &Table, id: ConversationId) -> TaskChange {
    keep_at(table, id, 9).await
}

async fn keep_at(table: &Table, id: ConversationId, second: i64) -> TaskChange {
    sync(table, id, second).await.unwrap()
}

async fn sync(table: &Table, id: ConversationId, second: i64) -> Result<TaskChange, StoreError> {
    table.sync_tasks(id, &CachedSettings::default(), at(second), TaskId::new(Uuid::new_v4())).await
}

/// A page of the clinic's tasks.
fn page(status: Option<TaskStatus>) -> TaskPage<'static> {
    TaskPage { pool: "clinic", status, owner: None, limit: 10, start: None }
}

async fn listed(table: &Table, status: Option<TaskStatus>) -> Vec<Task> {
    table.list_tasks(page(status)).await.unwrap().items
}

async fn set(table: &Table, id: TaskId, status: TaskStatus) -> Result<Task, ChangeError<AlreadyCompleted>> {
    let decide = |task: &Task| Ok(Decision { change: task.set_status(status, None, &clara(), at(5))?, event: None });
    table.change_task(id, decide).await
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
    assert!(matches!(set(&table, task.id, TaskStatus::Requested).await, Err(ChangeError::Rule(AlreadyCompleted))));
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
    let mut off = Settings::default();
    off.tasking.enabled = false;
    table.put_settings(&off).await.unwrap();
    assert_eq!(keep(&table, id).await, TaskChange::default());
    table.put_settings(&Settings::default()).await.unwrap();
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
        let own = TaskPage { owner: Some(&clara().user_id), limit: 2, start: start.as_ref(), ..self::page(None) };
        let listed = table.list_tasks(own).await.unwrap();
        assert!(listed.items.len() <= 2);
        found.extend(listed.items.into_iter().map(|task| task.id));
        start = listed.next;
        if start.is_none() {
            break;
        }
    }
    assert_eq!(found, own, "each once, in order, and nobody else's");
    let others = table.list_tasks(TaskPage { owner: Some(&ana().user_id), ..page(None) }).await.unwrap();
    assert_eq!((others.items.len(), others.next), (0, None));
}

/// Items that another program broke must be named, not guessed at.
#[tokio::test]
async fn what_does_not_exist_is_not_a_transient_failure() {
    let table = table().await;
    let missing = ConversationId::new(Uuid::new_v4());
    let outcome = sync(&table, missing, 0).await;
    assert!(matches!(outcome, Err(StoreError::Corrupt(_))), "{outcome:?}");
    assert!(matches!(table.sync_locks(missing).await, Err(StoreError::Corrupt(_))));
}
