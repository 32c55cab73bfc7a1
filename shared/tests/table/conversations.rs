//! Creating conversations: together with their encounter, and once per idempotency key.

use domain::conversation::{Changed, Conversation, ConversationStart};
use domain::encounter::Encounter;
use domain::ids::{ConversationId, EncounterId, UserId};
use domain::text::Title;
use shared::store::{Created, Idempotency};
use uuid::Uuid;

use crate::support::{at, begun, clara, page, patient, table};

#[tokio::test]
async fn conversation_and_encounter_are_stored_together_and_come_back_as_they_were() {
    let table = table().await;
    let head = begun(&table, "Résumé ☺", 1).await;
    assert_eq!(table.conversation(head.id).await.unwrap(), Some(head.clone()));
    let encounter = table.encounter(head.encounter_id).await.unwrap().unwrap().value;
    assert_eq!((encounter.conversation_id, encounter.encounter_type.as_str()), (head.id, "Results"));
    assert_eq!(encounter.lock.current(), &head.lock);
    assert_eq!(table.conversation(ConversationId::new(Uuid::new_v4())).await.unwrap(), None);
}

/// What the store does itself when the answer to its own write is lost.
#[tokio::test]
async fn creating_what_was_just_created_is_no_error() {
    let table = table().await;
    let head = begun(&table, "t", 1).await;
    let encounter = table.encounter(head.encounter_id).await.unwrap().unwrap().value;
    let again = Changed { head: head.clone(), entries: Vec::new() };
    assert_eq!(table.create_conversation(&again, &encounter, None, None).await.unwrap(), Created::Now);
    assert_eq!(table.conversation(head.id).await.unwrap(), Some(head));
}

#[tokio::test]
async fn the_same_idempotency_key_creates_once() {
    let table = table().await;
    let create = |key: &str, request: &str| {
        let (table, idempotency) = (
            table.clone(),
            Idempotency { user: UserId::new("clinician-a").unwrap(), key: key.into(), request: request.into() },
        );
        async move {
            let (id, encounter_id) = (ConversationId::new(Uuid::new_v4()), EncounterId::new(Uuid::new_v4()));
            let title = Title::new("t").unwrap();
            let start = ConversationStart { id, encounter_id, patient_id: patient(), title };
            let head = Conversation::begin(start, &clara(), at(1));
            let encounter = Encounter::begin(&head, "Results".into());
            let changed = Changed { head, entries: Vec::new() };
            (id, table.create_conversation(&changed, &encounter, None, Some(&idempotency)).await.unwrap())
        }
    };
    let (first, created) = create("key", "request").await;
    assert_eq!(created, Created::Now);
    assert_eq!(create("key", "request").await.1, Created::Before(first));
    assert_eq!(create("key", "another").await.1, Created::KeyReused);
    assert_eq!(create("another", "request").await.1, Created::Now);
    let listed = table.list_conversations(page(10, None)).await.unwrap();
    assert_eq!(listed.items.len(), 2);
}
