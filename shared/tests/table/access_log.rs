//! The access log: what staff do leaves its event in the same transaction, and no event is ever replaced.

use domain::audit::{Action, AuditEvent, Entity, Month};
use domain::ids::MessageId;
use domain::lock::Status;
use shared::store::{ChangeError, Position, Sent, Table};

use crate::support::{Refusal, agent, ana, at, begun, clara, id_of, patient, person, send_as, set_status, table};

async fn log(table: &Table) -> Vec<AuditEvent> {
    table.access_log(patient(), None, 100, None).await.unwrap().items
}

fn actions(log: &[AuditEvent]) -> Vec<Action> {
    log.iter().map(|event| event.action).collect()
}

#[tokio::test]
async fn what_staff_send_is_in_the_log_and_what_patients_send_is_not() {
    let table = table().await;
    let id = begun(&table, "t", 0).await.id;
    let (of_now, forged) = (MessageId::new(id_of(1)), MessageId::new(id_of(-100_000_000)));
    for message in [of_now, of_now, forged, forged] {
        send_as(&table, (id, message), &clara(), "text", 1).await.unwrap();
    }
    send_as(&table, (id, MessageId::new(id_of(2))), &ana(), "text", 2).await.unwrap();
    let log = log(&table).await;
    assert_eq!(actions(&log), [Action::SendMessage, Action::SendMessage], "once each, whatever their ids' time");
    for event in &log {
        assert_eq!((&event.agent, event.recorded_at), (&clara(), at(1)));
        assert_eq!(event.entity, Entity::Conversation(id));
        assert_eq!(event.source.address.as_deref(), Some("203.0.113.7"));
    }
    assert!(log.iter().any(|event| event.id.uuid() == of_now.uuid()), "one item for both");
    assert!(!log.iter().any(|event| event.id.uuid() == forged.uuid()), "an id's time must not hide its event");
}

#[tokio::test]
async fn what_is_refused_leaves_no_event() {
    let table = table().await;
    let id = begun(&table, "t", 0).await.id;
    set_status(&table, id, Status::Closed, &ana(), 1).await.unwrap();
    let refused = send_as(&table, (id, MessageId::new(id_of(2))), &clara(), "too late", 2).await;
    assert!(matches!(refused, Err(ChangeError::Rule(Refusal::Closed))));
    assert_eq!(log(&table).await, []);
    set_status(&table, id, Status::Open, &clara(), 3).await.unwrap();
    assert_eq!(log(&table).await.len(), 1);
}

#[tokio::test]
async fn a_message_id_is_used_once_in_a_conversation() {
    let table = table().await;
    let (first, second) = (begun(&table, "a", 0).await.id, begun(&table, "b", 0).await.id);
    let message = MessageId::new(id_of(1));
    let sent = send_as(&table, (first, message), &clara(), "text", 1).await.unwrap();
    assert!(matches!(sent, Sent::Now(_)));
    let elsewhere = send_as(&table, (second, message), &clara(), "text", 1).await.unwrap();
    assert!(matches!(elsewhere, Sent::Now(_)), "in another one it is another message");
    let by_the_patient = send_as(&table, (first, message), &ana(), "text", 1).await.unwrap();
    assert!(matches!(by_the_patient, Sent::Before(entry) if entry.sender == clara()));
    set_status(&table, first, Status::Closed, &ana(), 2).await.unwrap();
    let again = send_as(&table, (first, message), &clara(), "text", 3).await.unwrap();
    assert!(matches!(again, Sent::Before(_)), "whatever became of the conversation since");
    assert_eq!(actions(&log(&table).await), [Action::SendMessage, Action::SendMessage]);
}

#[tokio::test]
async fn an_event_is_never_replaced() {
    let table = table().await;
    let read = |who: &str, second| {
        let staff = agent(&person(who, clara().role), second).unwrap();
        staff.read(patient(), Action::ReadConversation, Entity::Patient)
    };
    let first = read("clinician-a", 1);
    table.record_event(Some(&first)).await.unwrap();
    table.record_event(Some(&read("clinician-a", 30))).await.unwrap();
    table.record_event(Some(&read("clinician-b", 31))).await.unwrap();
    let forged = AuditEvent { agent: person("clinician-b", clara().role), ..first.clone() };
    table.record_event(Some(&forged)).await.unwrap();
    // Whoever learns an event's id and sends a message under it changes nothing either.
    let id = begun(&table, "t", 0).await.id;
    send_as(&table, (id, MessageId::new(first.id.uuid())), &ana(), "text", 2).await.unwrap();
    let log = log(&table).await;
    assert_eq!(log.len(), 2);
    assert!(log.contains(&first), "{log:?}");
}

#[tokio::test]
async fn the_log_is_read_newest_first_in_pages_and_by_month() {
    const DAY: i64 = 24 * 60 * 60;
    let table = table().await;
    for day in 0..40 {
        let event = agent(&clara(), day * DAY).unwrap().changed(patient(), Action::CreateOrder, Entity::Patient);
        table.record_event(Some(&event)).await.unwrap();
        let message = begun(&table, "t", day * DAY).await.id;
        send_as(&table, (message, MessageId::new(id_of(day * DAY))), &ana(), "text", day * DAY).await.unwrap();
    }
    let mut days = Vec::new();
    let mut start: Option<Position> = None;
    loop {
        let page = table.access_log(patient(), None, 7, start.as_ref()).await.unwrap();
        assert!(page.items.len() == 7 || page.next.is_none(), "patients' messages leave no page short");
        days.extend(page.items.iter().map(|event| (event.recorded_at.as_second() - at(0).as_second()) / DAY));
        start = page.next;
        if start.is_none() {
            break;
        }
    }
    assert_eq!(days, (0..40).rev().collect::<Vec<_>>());
    let month = Month::parse("2026-10").unwrap();
    let october = table.access_log(patient(), Some(month), 100, None).await.unwrap();
    assert_eq!(october.items.len(), 30, "40 days from the 21st of September on end on the 30th of October");
}
