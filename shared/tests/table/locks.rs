//! Conversation and encounter follow each other, whatever was missed (rule 2).

use domain::encounter::{Encounter, EncounterStatus};
use domain::entry::Entry;
use domain::ids::EncounterId;
use domain::lock::{Lock, Status};
use domain::person::Person;
use shared::store::{Decision, StoreError, Table};

use crate::support::{ana, at, begun, clara, send, set_status, table};

async fn set_encounter(table: &Table, id: EncounterId, status: EncounterStatus, by: &Person, second: i64) -> Encounter {
    let decide = |encounter: &Encounter| {
        Ok::<_, StoreError>(Decision { change: encounter.set_status(status, by, at(second)), event: None })
    };
    table.change_encounter(id, decide).await.unwrap()
}

/// Both sides agree on the state and on every change that led to it.
async fn assert_together(table: &Table, id: domain::ids::ConversationId) -> Vec<Lock> {
    let chat = table.entries_after(id, 0, 100).await.unwrap().unwrap();
    let encounter = table.encounter(chat.head.encounter_id).await.unwrap().unwrap().value;
    assert_eq!(encounter.lock.current(), &chat.head.lock);
    let entries: Vec<Lock> = chat.entries.iter().filter_map(Entry::lock).collect();
    assert_eq!(encounter.lock.changes()[1..], entries[..]);
    entries
}

#[tokio::test]
async fn the_encounter_follows_the_chat_with_every_change_it_missed() {
    let table = table().await;
    let head = begun(&table, "t", 0).await;
    for (second, status) in (1..).zip([Status::Closed, Status::Open, Status::Closed, Status::Open, Status::Closed]) {
        set_status(&table, head.id, status, &clara(), second).await.unwrap();
        if status == Status::Open {
            for _ in 0..30 {
                send(&table, head.id, &ana(), "between", second).await.unwrap();
            }
        }
    }
    table.sync_locks(head.id).await.unwrap();
    assert_eq!(assert_together(&table, head.id).await.len(), 5);
    let before = table.encounter(head.encounter_id).await.unwrap();
    table.sync_locks(head.id).await.unwrap();
    assert_eq!(table.encounter(head.encounter_id).await.unwrap(), before, "again, nothing is written");
}

#[tokio::test]
async fn the_chat_follows_the_encounter_with_numbered_entries() {
    let table = table().await;
    let head = begun(&table, "t", 0).await;
    send(&table, head.id, &ana(), "text", 1).await.unwrap();
    set_encounter(&table, head.encounter_id, EncounterStatus::Finished, &clara(), 2).await;
    set_encounter(&table, head.encounter_id, EncounterStatus::InProgress, &clara(), 3).await;
    let finished = set_encounter(&table, head.encounter_id, EncounterStatus::Finished, &clara(), 4).await;
    assert!(finished.archived());
    table.sync_locks(head.id).await.unwrap();
    assert_eq!(assert_together(&table, head.id).await.len(), 3);
    let closed = table.conversation(head.id).await.unwrap().unwrap();
    assert_eq!((closed.status(), closed.last_number), (Status::Closed, 4));
}

#[tokio::test]
async fn both_sides_at_once_come_to_one_end() {
    let table = table().await;
    let head = begun(&table, "t", 0).await;
    set_status(&table, head.id, Status::Closed, &ana(), 1).await.unwrap();
    set_encounter(&table, head.encounter_id, EncounterStatus::Finished, &clara(), 2).await;
    let together = (0..4).map(|_| table.sync_locks(head.id));
    for outcome in futures::future::join_all(together).await {
        outcome.unwrap();
    }
    let changes = assert_together(&table, head.id).await;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].changed_by, ana(), "the conversation's own change stands");
}
