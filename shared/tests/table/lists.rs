//! Lists: a patient's chats in order, unread marks, patients by their terms.

use domain::ids::PatientId;
use domain::lock::Status;
use domain::patient::{Patient, PatientQuery};
use shared::store::ConversationPage;
use uuid::Uuid;

use crate::support::{ana, begun, clara, page, patient, send, set_status, table};

#[tokio::test]
async fn chats_are_listed_open_first_then_by_newest_activity() {
    let table = table().await;
    let mut ids = Vec::new();
    for second in 0..5 {
        ids.push(begun(&table, &format!("chat {second}"), second).await.id);
    }
    send(&table, ids[1], &ana(), "newest", 100).await.unwrap();
    send(&table, ids[3], &ana(), "older", 50).await.unwrap();
    set_status(&table, ids[4], Status::Closed, &clara(), 200).await.unwrap();
    set_status(&table, ids[3], Status::Closed, &clara(), 201).await.unwrap();

    let mut listed = Vec::new();
    let mut start = None;
    loop {
        let page = table.list_conversations(page(2, start.as_ref())).await.unwrap();
        listed.extend(page.items.iter().map(|head| head.id));
        start = page.next;
        if start.is_none() {
            break;
        }
    }
    assert_eq!(listed, [ids[1], ids[2], ids[0], ids[3], ids[4]]);
    let closed = ConversationPage { status: Some(Status::Closed), ..page(10, None) };
    let closed = table.list_conversations(closed).await.unwrap();
    assert_eq!(closed.items.iter().map(|head| head.id).collect::<Vec<_>>(), [ids[3], ids[4]]);
    let own = ConversationPage { with_empty: false, ..page(10, None) };
    let own = table.list_conversations(own).await.unwrap();
    assert_eq!(own.items.iter().map(|head| head.id).collect::<Vec<_>>(), [ids[1], ids[3]], "without empty ones");
    let other = PatientId::new(Uuid::new_v4());
    let others = ConversationPage { patient: other, ..page(10, None) };
    assert!(table.list_conversations(others).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_cursor_moves_forward_and_the_envelope_moves_it_back() {
    let table = table().await;
    let id = begun(&table, "t", 0).await.id;
    for second in 1..=3 {
        send(&table, id, &clara(), "text", second).await.unwrap();
    }
    let head = table.conversation(id).await.unwrap().unwrap();
    let reader = ana().user_id;
    assert_eq!(table.mark_read(&head, &reader, 2).await.unwrap(), 2);
    assert_eq!(table.mark_read(&head, &reader, 1).await.unwrap(), 2, "never back");
    assert_eq!(table.mark_read(&head, &reader, 99).await.unwrap(), 3, "never past the end");
    table.mark_unread(&head, &reader, 2).await.unwrap();
    assert_eq!(table.read_cursor(patient(), &reader, id).await.unwrap(), 2);
    table.mark_unread(&head, &reader, 2).await.unwrap();
    assert_eq!(table.mark_read(&head, &reader, 0).await.unwrap(), 2);
    assert_eq!(table.read_cursors(patient(), &reader).await.unwrap(), [(id, 2)].into());
    assert!(table.read_cursors(patient(), &clara().user_id).await.unwrap().is_empty(), "each person has their own");
    table.mark_unread(&head, &clara().user_id, 0).await.unwrap();
    assert!(table.read_cursors(patient(), &clara().user_id).await.unwrap().is_empty(), "unread already");
}

#[tokio::test]
async fn patients_are_found_by_what_holds_now() {
    let table = table().await;
    let mut jose = Patient {
        id: PatientId::new(Uuid::from_u128(1)),
        name: "José García".into(),
        birth_date: "1980-02-29".parse().unwrap(),
        record_number: "MRN-0042".into(),
    };
    let maria = Patient { id: PatientId::new(Uuid::from_u128(2)), name: "María García".into(), ..jose.clone() };
    table.put_patient(&jose).await.unwrap();
    table.put_patient(&jose).await.unwrap();
    table.put_patient(&maria).await.unwrap();
    let names = |typed: &str| {
        let (table, query) = (table.clone(), PatientQuery::new(typed).unwrap());
        async move {
            let found = table.search_patients(&query, 10).await.unwrap();
            found.into_iter().map(|patient| patient.name).collect::<Vec<_>>()
        }
    };
    assert_eq!(names("garcia").await, ["José García", "María García"]);
    assert_eq!(names("gar JOS").await, ["José García"]);
    assert_eq!(names("mrn0042").await.len(), 2);
    jose.name = "José Pérez".into();
    table.put_patient(&jose).await.unwrap();
    assert_eq!(names("garcia").await, ["María García"]);
    assert_eq!(names("perez").await, ["José Pérez"]);
    assert_eq!(table.patient(jose.id).await.unwrap(), Some(jose));
}
