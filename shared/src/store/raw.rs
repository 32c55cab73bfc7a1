//! Items and stream records as they are, for tests and the bench, which damage, remove and compare them. No function
//! uses this module.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde_json::{Value, json};

use super::StoreError;
use super::items::{Item, corrupt};
use super::recovery::key_of;
use super::schema::{self, Key, ListKey};
use super::stream::Follows;
use super::table::{Part, Position, Table};
use domain::Timestamp;
use domain::ids::EntryNumber;
use domain::person::Side;

/// The attributes that hold what people are called, what they wrote, and how they are reached.
const PERSONAL: [&str; 7] = ["title", "preview", "name", "patientName", "recordNumber", "email", "sms"];
/// The attributes of tasks and task slots that differ from run to run.
const OF_A_RUN: [&str; 6] = ["pk", "lsk", "id", "open", "createdAt", "completedAt"];

/// An item as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct RawItem(Item);

impl RawItem {
    /// An item that has a key and nothing else.
    pub fn new(key: Key) -> Self {
        Self(Item::new()).with("pk", text(key.pk)).with("sk", text(key.sk))
    }

    /// The same item in a list.
    #[must_use]
    pub fn in_list(self, ListKey { lpk, lsk }: ListKey) -> Self {
        self.with("lpk", text(lpk)).with("lsk", text(lsk))
    }

    /// The same item with a title.
    #[must_use]
    pub fn with_title(self, title: &str) -> Self {
        self.with("title", text(title))
    }

    /// The same item with a message's text.
    #[must_use]
    pub fn with_text(self, of: &str) -> Self {
        self.with("t", text(of))
    }

    /// The same conversation after this version of its lock.
    #[must_use]
    pub fn with_lock_version(self, version: u64) -> Self {
        self.with("lockVersion", number(version))
    }

    /// The same conversation with this last message of one side.
    #[must_use]
    pub fn with_last_number_of(self, side: Side, last: EntryNumber) -> Self {
        let name = match side {
            Side::Patient => "lastPatient",
            Side::Staff => "lastStaff",
        };
        self.with(name, number(last))
    }

    /// The same conversation with this last entry.
    #[must_use]
    pub fn with_last_number(self, last: EntryNumber) -> Self {
        self.with("lastNumber", number(last))
    }

    /// The same item, which may go at a time.
    #[must_use]
    pub fn expiring(self, at: Timestamp) -> Self {
        self.with(schema::EXPIRES_AT, AttributeValue::N(at.as_second().to_string()))
    }

    /// The same item with one text in place of another, wherever it occurs.
    #[must_use]
    pub fn replacing(self, from: &str, to: &str) -> Self {
        let replaced = self.0.into_iter().map(|(name, value)| match value {
            AttributeValue::S(of) => (name, text(of.replace(from, to))),
            other => (name, other),
        });
        Self(replaced.collect())
    }

    fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// Its key.
    pub fn key(&self) -> Result<Key, StoreError> {
        key_of(&self.0)
    }

    /// Its title.
    pub fn title(&self) -> Option<&str> {
        self.text_of("title")
    }

    /// Whether it may go some day.
    pub fn expires(&self) -> bool {
        self.0.contains_key(schema::EXPIRES_AT)
    }

    /// What people are called, what they wrote in short, and how they are reached.
    pub fn personal_texts(&self) -> impl Iterator<Item = &str> {
        PERSONAL.into_iter().filter_map(|name| self.text_of(name))
    }

    /// What it says, without what counts writes, and of a task and its slot without ids and times: the same from run to
    /// run.
    pub fn essence(&self) -> Result<String, StoreError> {
        let sk = self.key()?.sk;
        let mut image = image(Some(self));
        if let Some(attributes) = image.as_object_mut() {
            attributes.remove("version");
            if schema::is_task_or_slot(&sk) {
                attributes.retain(|name, _| !OF_A_RUN.contains(&name.as_str()));
            }
        }
        Ok(image.to_string())
    }

    fn text_of(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
    }
}

impl Table {
    /// Every item, in the order of the keys.
    pub async fn raw_items(&self) -> Result<Vec<RawItem>, StoreError> {
        let (mut items, mut start): (Vec<(Key, RawItem)>, Option<Position>) = (Vec::new(), None);
        loop {
            let page = self.scan(start.as_ref()).await?;
            for item in page.items {
                items.push((key_of(&item)?, RawItem(item)));
            }
            start = page.next;
            if start.is_none() {
                items.sort_by(|(one, _), (other, _)| one.cmp(other));
                return Ok(items.into_iter().map(|(_, item)| item).collect());
            }
        }
    }

    /// The item at a key.
    pub async fn raw_item(&self, key: Key) -> Result<Option<RawItem>, StoreError> {
        Ok(self.get(key, true).await?.map(RawItem))
    }

    /// Writes an item as it is: what another program might have written.
    pub async fn put_raw(&self, item: RawItem) -> Result<(), StoreError> {
        self.put(item.0, None).await.map(|_| ())
    }

    /// Removes the item at a key.
    pub async fn remove_raw(&self, key: Key) -> Result<(), StoreError> {
        self.transact(vec![Part::Delete(key, None)]).await.map(|_| ())
    }
}

/// A record of the stream, as Lambda hands it to a consumer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct RawRecord(Value);

impl RawRecord {
    /// The record of a change: of a new item without the old one, of a removal without the new one. `number` is its place
    /// in the stream.
    pub fn new(number: usize, old: Option<&RawItem>, new: Option<&RawItem>) -> Result<Self, StoreError> {
        let Key { pk, sk } = new.or(old).ok_or_else(|| corrupt("a record is of no item"))?.key()?;
        let event_name = match (old, new) {
            (None, _) => "INSERT",
            (Some(_), Some(_)) => "MODIFY",
            (Some(_), None) => "REMOVE",
        };
        Ok(Self(json!({
            "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_795_338_000,
                "Keys": {"pk": {"S": pk}, "sk": {"S": sk}},
                "OldImage": image(old),
                "NewImage": image(new),
                "SequenceNumber": format!("{:021}", number + 1),
                "SizeBytes": 1,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
            "eventID": format!("{number:032}"),
            "eventName": event_name,
            "eventSource": "aws:dynamodb",
            "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/example/stream/2026",
            "eventVersion": "1.1",
        })))
    }

    /// The same record without the new image.
    #[must_use]
    pub fn without_new_image(mut self) -> Self {
        self.0["dynamodb"]["NewImage"] = json!({});
        self
    }

    /// The same record of a message, whose text can't be read.
    #[must_use]
    pub fn with_unreadable_text(mut self) -> Self {
        self.0["dynamodb"]["NewImage"]["t"] = json!({"B": "c2VjcmV0"});
        self
    }

    /// Whether it is of an item with a message's text.
    pub fn has_text(&self) -> bool {
        self.0["dynamodb"]["NewImage"]["t"].is_object()
    }

    /// Whether it is of a new item.
    pub fn is_insert(&self) -> bool {
        self.0["eventName"] == "INSERT"
    }

    /// Its place in the stream.
    pub fn sequence_number(&self) -> &str {
        self.0["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default()
    }

    /// Its item's key.
    pub fn key(&self) -> Key {
        let keys = &self.0["dynamodb"]["Keys"];
        let text = |name: &str| keys[name]["S"].as_str().unwrap_or_default().to_owned();
        Key { pk: text("pk"), sk: text("sk") }
    }

    /// Whether the event source delivers it to a consumer that follows these changes.
    pub fn is_followed(&self, follows: &[Follows]) -> bool {
        let event_name = self.0["eventName"].as_str().unwrap_or_default();
        follows.iter().any(|follows| follows.filter().lets_through(event_name, &self.key().sk))
    }
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// An item as a record shows it.
fn image(item: Option<&RawItem>) -> Value {
    let item = item.map_or_else(Item::new, |item| item.0.clone());
    serde_json::to_value(serde_dynamo::Item::from(item)).unwrap_or_default()
}
