//! Recovery on the table: what another table holds and this one lacks, what comes back, and what is replayed.

use shared::store::schema::{self, Key};
use shared::store::{Difference, RawItem, Table};

use crate::support::{ana, at, begun, clara, send, table};

fn key(pk: &str, sk: &str) -> Key {
    Key { pk: pk.to_owned(), sk: sk.to_owned() }
}

/// An item that is told from others at its key by its title.
fn item(pk: &str, sk: &str, title: &str) -> RawItem {
    RawItem::new(key(pk, sk)).with_title(title)
}

async fn put(table: &Table, item: RawItem) {
    table.put_raw(item).await.unwrap();
}

/// All that differs, in order.
async fn differences(own: &Table, source: &Table, partition: Option<&str>) -> Vec<Difference> {
    let (mut found, mut start) = (Vec::new(), None);
    loop {
        let page = own.differences(source, partition, at(0), start.as_ref()).await.unwrap();
        found.extend(page.items);
        start = page.next;
        if start.is_none() {
            return found;
        }
    }
}

/// The kinds of missing items, and of those with another content.
fn kinds(differences: &[Difference]) -> (Vec<String>, Vec<String>) {
    let mut sorted: Vec<&Difference> = differences.iter().collect();
    sorted.sort_by_key(|difference| difference.kind());
    let (missing, other): (Vec<_>, Vec<_>) = sorted.into_iter().partition(|difference| difference.is_missing());
    let kinds = |of: Vec<&Difference>| of.into_iter().map(Difference::kind).collect();
    (kinds(missing), kinds(other))
}

#[tokio::test]
async fn everything_comes_back_over_many_calls_and_pages() {
    let (source, own) = (table().await, table().await);
    // More than one call reads by key, and more than one page holds.
    let long = "x".repeat(10_000);
    for number in 0..210 {
        put(&source, item(&format!("CONV#{}", number % 7), &format!("E#{number:010}"), &long)).await;
    }
    put(&own, item("CONV#3", "E#0000000003", &long)).await;
    let found = differences(&own, &source, None).await;
    assert_eq!(found.len(), 209);
    assert!(found.iter().all(|difference| difference.is_missing() && difference.kind() == "CONV E"));
    for difference in found {
        own.put_back(difference).await.unwrap();
    }
    assert_eq!(own.raw_items().await.unwrap(), source.raw_items().await.unwrap());
    assert_eq!(differences(&own, &source, None).await, []);
}

#[tokio::test]
async fn what_was_written_meanwhile_stays() {
    let (source, own) = (table().await, table().await);
    put(&source, item("PATIENT#1", "PATIENT", "before")).await;
    let found = differences(&own, &source, None).await;
    put(&own, item("PATIENT#1", "PATIENT", "after")).await;
    own.put_back(found.into_iter().next().unwrap()).await.unwrap();
    let kept = own.raw_item(key("PATIENT#1", "PATIENT")).await.unwrap().unwrap();
    assert_eq!(kept.title(), Some("after"));
    assert_eq!(kinds(&differences(&own, &source, None).await), (vec![], vec!["PATIENT".into()]));
}

#[tokio::test]
async fn one_partition_is_made_as_it_was() {
    let (source, own) = (table().await, table().await);
    for (pk, sk, content) in [("CONV#1", "HEAD", "whole"), ("CONV#1", "E#1", "said"), ("CONV#2", "HEAD", "another")] {
        put(&source, item(pk, sk, content)).await;
    }
    put(&own, item("CONV#1", "HEAD", "damaged")).await;
    put(&own, item("CONV#1", "E#2", "said since")).await;
    let found = differences(&own, &source, Some("CONV#1")).await;
    assert_eq!(kinds(&found), (vec!["CONV E".into()], vec!["CONV HEAD".into()]));
    for difference in found {
        own.put_back(difference).await.unwrap();
    }
    let expected = [("CONV#1", "E#1", "said"), ("CONV#1", "E#2", "said since"), ("CONV#1", "HEAD", "whole")];
    assert_eq!(own.raw_items().await.unwrap(), expected.map(|(pk, sk, title)| item(pk, sk, title)));
}

#[tokio::test]
async fn expired_items_stay_away() {
    let (source, own) = (table().await, table().await);
    for (sk, expires) in [("1", at(0)), ("2", at(1))] {
        put(&source, item("ACCESS#1", sk, "seen").expiring(expires)).await;
    }
    for difference in differences(&own, &source, None).await {
        own.put_back(difference).await.unwrap();
    }
    assert_eq!(own.raw_item(key("ACCESS#1", "1")).await.unwrap(), None);
    assert!(own.raw_item(key("ACCESS#1", "2")).await.unwrap().is_some());
}

#[tokio::test]
async fn conversations_and_encounters_are_replayed_and_nothing_else() {
    let table = table().await;
    let first = begun(&table, "First", 0).await;
    let second = begun(&table, "Second", 1).await;
    send(&table, first.id, &ana(), "a message", 2).await.unwrap();
    send(&table, first.id, &clara(), "an answer", 3).await.unwrap();
    let (mut keys, mut start) = (Vec::new(), None);
    loop {
        let page = table.conversations_and_encounters(start.as_ref()).await.unwrap();
        keys.extend(page.items);
        start = page.next;
        if start.is_none() {
            break;
        }
    }
    keys.sort();
    let mut expected = Vec::new();
    for head in [&first, &second] {
        expected.extend([schema::head(head.id), schema::encounter(head.encounter_id)]);
    }
    expected.sort();
    assert_eq!(keys, expected);
}
