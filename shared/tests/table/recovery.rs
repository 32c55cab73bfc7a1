//! Recovery on the table: what another table holds and this one lacks, what comes back, and what is replayed.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use shared::store::{Difference, Table, schema};

use crate::support::{ana, at, begun, clara, send};
use testkit::emulator::{connection, new_table};

type Item = HashMap<String, AttributeValue>;

/// A table that items are put into and taken from as they are.
struct Raw {
    client: Client,
    name: String,
}

impl Raw {
    async fn new() -> Self {
        let client = Client::new(&connection());
        let name = new_table(&client).await;
        Self { client, name }
    }

    fn table(&self) -> Table {
        Table::new(self.client.clone(), &self.name)
    }

    async fn put(&self, item: Item) {
        self.client.put_item().table_name(&self.name).set_item(Some(item)).send().await.unwrap();
    }

    async fn item(&self, pk: &str, sk: &str) -> Option<Item> {
        let get = self.client.get_item().table_name(&self.name).key("pk", text(pk)).key("sk", text(sk));
        get.consistent_read(true).send().await.unwrap().item
    }

    async fn all(&self) -> BTreeMap<(String, String), Item> {
        let pages = self.client.scan().table_name(&self.name).consistent_read(true).into_paginator().items().send();
        let items: Vec<Item> = pages.try_collect().await.unwrap();
        let key = |item: &Item| (item["pk"].as_s().unwrap().clone(), item["sk"].as_s().unwrap().clone());
        items.into_iter().map(|item| (key(&item), item)).collect()
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn item(pk: &str, sk: &str, content: &str) -> Item {
    [("pk", text(pk)), ("sk", text(sk)), ("content", text(content))]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
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
    let (source, own) = (Raw::new().await, Raw::new().await);
    // More than one call reads by key, and more than one page holds.
    let long = "x".repeat(10_000);
    for number in 0..210 {
        source.put(item(&format!("CONV#{}", number % 7), &format!("E#{number:010}"), &long)).await;
    }
    own.put(item("CONV#3", "E#0000000003", &long)).await;
    let found = differences(&own.table(), &source.table(), None).await;
    assert_eq!(found.len(), 209);
    assert!(found.iter().all(|difference| difference.is_missing() && difference.kind() == "CONV E"));
    for difference in found {
        own.table().put_back(difference).await.unwrap();
    }
    assert_eq!(own.all().await, source.all().await);
    assert_eq!(differences(&own.table(), &source.table(), None).await, []);
}

#[tokio::test]
async fn what_was_written_meanwhile_stays() {
    let (source, own) = (Raw::new().await, Raw::new().await);
    source.put(item("PATIENT#1", "PATIENT", "before")).await;
    let found = differences(&own.table(), &source.table(), None).await;
    own.put(item("PATIENT#1", "PATIENT", "after")).await;
    own.table().put_back(found.into_iter().next().unwrap()).await.unwrap();
    assert_eq!(own.item("PATIENT#1", "PATIENT").await.unwrap()["content"], text("after"));
    assert_eq!(kinds(&differences(&own.table(), &source.table(), None).await), (vec![], vec!["PATIENT".into()]));
}

#[tokio::test]
async fn one_partition_is_made_as_it_was() {
    let (source, own) = (Raw::new().await, Raw::new().await);
    for (pk, sk, content) in [("CONV#1", "HEAD", "whole"), ("CONV#1", "E#1", "said"), ("CONV#2", "HEAD", "another")] {
        source.put(item(pk, sk, content)).await;
    }
    own.put(item("CONV#1", "HEAD", "damaged")).await;
    own.put(item("CONV#1", "E#2", "said since")).await;
    let found = differences(&own.table(), &source.table(), Some("CONV#1")).await;
    assert_eq!(kinds(&found), (vec!["CONV E".into()], vec!["CONV HEAD".into()]));
    for difference in found {
        own.table().put_back(difference).await.unwrap();
    }
    let contents =
        own.all().await.into_iter().map(|((pk, sk), item)| (pk, sk, item["content"].as_s().unwrap().clone()));
    let expected = [("CONV#1", "E#1", "said"), ("CONV#1", "E#2", "said since"), ("CONV#1", "HEAD", "whole")];
    assert_eq!(contents.collect::<Vec<_>>(), expected.map(|(pk, sk, of)| (pk.into(), sk.into(), of.into())));
}

#[tokio::test]
async fn expired_items_stay_away() {
    let (source, own) = (Raw::new().await, Raw::new().await);
    for (sk, expires) in [("1", at(0)), ("2", at(1))] {
        let mut item = item("ACCESS#1", sk, "seen");
        item.insert("expiresAt".into(), AttributeValue::N(expires.as_second().to_string()));
        source.put(item).await;
    }
    for difference in differences(&own.table(), &source.table(), None).await {
        own.table().put_back(difference).await.unwrap();
    }
    assert_eq!(own.item("ACCESS#1", "1").await, None);
    assert!(own.item("ACCESS#1", "2").await.is_some());
}

#[tokio::test]
async fn conversations_and_encounters_are_replayed_and_nothing_else() {
    let raw = Raw::new().await;
    let table = raw.table();
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
