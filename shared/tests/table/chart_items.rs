//! Orders and linked documents: stored once, counted, and not after the encounter was finished.

use domain::audit::{Action, Entity};
use domain::chart_item::{CannotAdd, ChartContent, ChartCounts, ChartItem};
use domain::encounter::{Encounter, EncounterStatus};
use domain::ids::{ChartItemId, EncounterId};
use domain::lock::Status;
use futures::future::join_all;
use shared::store::{Added, ChangeError, Decision, StoreError, Table};

use crate::support::{agent, at, begun, clara, id_of, patient, set_status, table};

fn order(text: &str, second: i64) -> ChartItem {
    ChartItem {
        id: ChartItemId::new(id_of(second)),
        content: ChartContent::order(text).unwrap(),
        created_at: at(second),
        created_by: clara(),
    }
}

async fn add(table: &Table, id: EncounterId, item: &ChartItem) -> Result<Added, ChangeError<CannotAdd>> {
    let agent = agent(&clara(), item.created_at.as_second() - at(0).as_second()).unwrap();
    let decide = |encounter: &Encounter, stored: Option<&ChartItem>| {
        if stored.is_some() {
            return Ok(Decision { change: None, event: None });
        }
        let event = agent.changed(encounter.patient_id, Action::CreateOrder, Entity::Encounter(encounter.id));
        Ok(Decision { change: Some(encounter.add(&item.content)?), event: Some(event) })
    };
    table.add_to_encounter(id, item, decide).await
}

async fn encounter(table: &Table, id: EncounterId) -> Encounter {
    table.encounter(id).await.unwrap().unwrap().value
}

#[tokio::test]
async fn what_is_added_is_stored_once_counted_and_recorded() {
    let table = table().await;
    let id = begun(&table, "Results", 0).await.encounter_id;
    assert!(table.chart_items(&encounter(&table, id).await).await.unwrap().is_empty());
    let (second, first) = (order("Sodium", 2), order("Potassium", 1));
    let added = join_all([&second, &first, &second, &first].map(|item| add(&table, id, item))).await;
    let now = added.iter().filter(|added| matches!(added, Ok(Added::Now))).count();
    assert_eq!(now, 2, "{added:?}");
    let again = add(&table, id, &ChartItem { content: ChartContent::order("Else").unwrap(), ..first.clone() }).await;
    assert_eq!(again.unwrap(), Added::Before(first.clone()));
    let document =
        ChartItem { content: ChartContent::document("Report", "https://example.org/report").unwrap(), ..order("x", 3) };
    add(&table, id, &document).await.unwrap();
    let encounter = encounter(&table, id).await;
    assert_eq!(encounter.chart_counts, ChartCounts { orders: 2, documents: 1 });
    assert_eq!(table.chart_items(&encounter).await.unwrap(), [first, second, document], "oldest first");
    let log = table.access_log(patient(), None, 100, None).await.unwrap().items;
    assert_eq!(log.iter().filter(|event| event.action == Action::CreateOrder).count(), 3);
}

#[tokio::test]
async fn a_finished_encounter_takes_nothing_until_it_is_resumed() {
    let table = table().await;
    let chat = begun(&table, "Results", 0).await;
    let id = chat.encounter_id;
    let stored = order("Potassium", 1);
    add(&table, id, &stored).await.unwrap();
    set_status(&table, chat.id, Status::Closed, &clara(), 2).await.unwrap();
    table.sync_locks(chat.id).await.unwrap();
    let late = order("Sodium", 3);
    assert!(matches!(add(&table, id, &late).await, Err(ChangeError::Rule(CannotAdd::Finished))));
    assert_eq!(add(&table, id, &stored).await.unwrap(), Added::Before(stored), "a repetition is answered all the same");
    assert_eq!(encounter(&table, id).await.chart_counts.orders, 1);
    set_status(&table, chat.id, Status::Open, &clara(), 4).await.unwrap();
    table.sync_locks(chat.id).await.unwrap();
    assert_eq!(add(&table, id, &late).await.unwrap(), Added::Now);
}

#[tokio::test]
async fn adding_beside_a_closing_and_its_projection_loses_nothing() {
    let table = table().await;
    let chat = begun(&table, "Results", 0).await;
    let id = chat.encounter_id;
    let orders: Vec<ChartItem> = (1..=8).map(|second| order("Potassium", second)).collect();
    let adding = join_all(orders.iter().map(|order| add(&table, id, order)));
    let closing = async {
        set_status(&table, chat.id, Status::Closed, &clara(), 20).await.unwrap();
        table.sync_locks(chat.id).await.unwrap();
    };
    let (added, ()) = futures::join!(adding, closing);
    let stored = added.iter().filter(|added| matches!(added, Ok(Added::Now))).count();
    let refused = added.iter().filter(|added| matches!(added, Err(ChangeError::Rule(CannotAdd::Finished)))).count();
    let busy = added.iter().filter(|added| matches!(added, Err(ChangeError::Store(StoreError::Busy(_))))).count();
    assert_eq!(stored + refused + busy, 8, "{added:?}");
    let encounter = encounter(&table, id).await;
    assert_eq!(encounter.status(), EncounterStatus::Finished);
    assert_eq!(table.chart_items(&encounter).await.unwrap().len(), stored);
    assert_eq!(usize::try_from(encounter.chart_counts.orders).unwrap(), stored);
}
