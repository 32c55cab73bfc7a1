//! Messages: stored exactly once, without gaps, and never in a closed conversation.

use std::collections::BTreeSet;

use domain::entry::Content;
use domain::ids::{ConversationId, MessageId};
use domain::lock::Status;
use futures::future::join_all;
use shared::store::{ChangeError, Sent};
use uuid::Uuid;

use crate::support::{Refusal, ana, begun, clara, send, send_as, set_status, table};

#[tokio::test]
async fn the_same_message_at_once_is_stored_once() {
    let table = table().await;
    let id = begun(&table, "t", 0).await.id;
    let message = MessageId::new(Uuid::new_v4());
    let sent = join_all((0..20).map(|second| {
        let table = table.clone();
        async move { send_as(&table, (id, message), &ana(), "once", second).await.unwrap() }
    }))
    .await;
    let entries: Vec<_> = sent
        .iter()
        .map(|sent| match sent {
            Sent::Now(entry) | Sent::Before(entry) => entry.clone(),
        })
        .collect();
    assert!(entries.iter().all(|entry| *entry == entries[0]), "everybody gets the stored one");
    assert_eq!(sent.iter().filter(|sent| matches!(sent, Sent::Now(_))).count(), 1);
    assert_eq!(table.open_chat(id, 50).await.unwrap().unwrap().entries.len(), 1);
}

#[tokio::test]
async fn many_senders_leave_no_gap_and_nothing_is_stored_that_was_refused() {
    let table = table().await;
    let id = begun(&table, "t", 0).await.id;
    let senders = join_all((0..8).map(|sender| {
        let table = table.clone();
        async move {
            let mut stored = Vec::new();
            for message in 0..10 {
                match send(&table, id, &ana(), &format!("{sender}-{message}"), 1).await {
                    Ok(Sent::Now(entry)) => stored.push(entry.number),
                    Ok(Sent::Before(_)) => panic!("the id is new"),
                    Err(ChangeError::Store(error)) => assert!(error.is_transient(), "{error}"),
                    Err(ChangeError::Missing) => panic!("the conversation exists"),
                    Err(ChangeError::Rule(refusal)) => assert_eq!(refusal, Refusal::Closed),
                }
            }
            stored
        }
    }));
    let closer = async {
        for second in 0..10 {
            let status = if second % 2 == 0 { Status::Closed } else { Status::Open };
            set_status(&table, id, status, &clara(), second).await.ok();
        }
    };
    let (stored, ()) = futures::join!(senders, closer);
    let stored: BTreeSet<u64> = stored.into_iter().flatten().collect();

    let head = table.conversation(id).await.unwrap().unwrap();
    let chat = table.entries_after(id, 0, 100).await.unwrap().unwrap();
    let numbers: Vec<u64> = chat.entries.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=head.last_number).collect::<Vec<_>>(), "numbers have no gaps");
    let mut open = true;
    let mut messages = BTreeSet::new();
    for entry in &chat.entries {
        match &entry.content {
            Content::Status(version) => open = version.status() == Status::Open,
            Content::Message { .. } => {
                assert!(open, "{} stands in a closed conversation", entry.number);
                messages.insert(entry.number);
            }
        }
    }
    assert_eq!(messages, stored, "stored is what was answered as stored");
}

#[tokio::test]
async fn pages_go_back_and_forth_without_gaps() {
    let table = table().await;
    let id = begun(&table, "t", 0).await.id;
    let long = "A long text, which is stored compressed. ".repeat(40);
    for second in 1..=25 {
        send(&table, id, &ana(), &format!("{second} {long}"), second).await.unwrap();
    }
    let numbers = |chat: Option<shared::store::OpenedChat>| -> Vec<u64> {
        chat.unwrap().entries.iter().map(|entry| entry.number).collect()
    };
    assert_eq!(numbers(table.open_chat(id, 10).await.unwrap()), (16..=25).collect::<Vec<_>>());
    assert_eq!(numbers(table.entries_before(id, 16, 10).await.unwrap()), (6..=15).collect::<Vec<_>>());
    assert_eq!(numbers(table.entries_before(id, 4, 10).await.unwrap()), [1, 2, 3]);
    assert!(numbers(table.entries_before(id, 1, 10).await.unwrap()).is_empty());
    assert!(numbers(table.entries_before(id, 0, 10).await.unwrap()).is_empty());
    assert_eq!(numbers(table.entries_after(id, 20, 3).await.unwrap()), [21, 22, 23]);
    assert!(numbers(table.entries_after(id, 25, 3).await.unwrap()).is_empty());
    assert!(numbers(table.entries_after(id, u64::MAX, 3).await.unwrap()).is_empty());
    assert_eq!(numbers(table.entries_before(id, u64::MAX, 2).await.unwrap()), [24, 25]);
    let last = table.open_chat(id, 1).await.unwrap().unwrap().entries.remove(0);
    assert!(matches!(last.content, Content::Message { text, .. } if text.as_str() == format!("25 {long}")));
    let missing = ConversationId::new(Uuid::new_v4());
    assert_eq!(table.open_chat(missing, 10).await.unwrap(), None);
    assert_eq!(table.entries_after(missing, 0, 10).await.unwrap(), None);
}
