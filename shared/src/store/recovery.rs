//! Recovery: what another table holds and this one lacks, and which items the stream's consumers are given again.
//!
//! The programs of `operations/` use this; no function does, because it reads whole tables. Items are compared and
//! written as they are: nothing of their content is read.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use serde_json::{Value, json};

use super::StoreError;
use super::items::{Item, corrupt};
use super::schema::{self, Key};
use super::table::{Condition, Page, Position, Query, Table, position, refused};
use domain::Timestamp;

/// The most items that one call reads by their keys.
const ITEMS_PER_CALL: usize = 100;
/// How long to wait before asking again for what one call left out.
const PAUSE: Duration = Duration::from_millis(100);

/// An item of another table that this table lacks, or has with another content.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    item: Item,
    key: Key,
    missing: bool,
}

impl Difference {
    /// Whether this table has no such item; else it has another content.
    pub const fn is_missing(&self) -> bool {
        self.missing
    }

    /// What kind of item it is, by what its keys begin with: `CONV E` for an entry, `PATIENT` for a patient.
    pub fn kind(&self) -> String {
        schema::kind(&self.key)
    }
}

impl From<(String, String)> for Key {
    fn from((pk, sk): (String, String)) -> Self {
        Self { pk, sk }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.pk, self.sk)
    }
}

impl Table {
    /// A page of what `source` holds and this table lacks or has with another content, in all or in one partition.
    /// Items that have expired by `now` are no difference.
    pub async fn differences(
        &self,
        source: &Self,
        partition: Option<&str>,
        now: Timestamp,
        start: Option<&Position>,
    ) -> Result<Page<Difference>, StoreError> {
        let page = match partition {
            Some(pk) => {
                let query = Query::new(schema::PARTITION, vec![(":pk", pk.to_owned())]);
                source.query(&Query { consistent: true, start, ..query }).await?
            }
            None => source.scan(start).await?,
        };
        let lasting = page.items.into_iter().filter(|item| !has_expired(item, now));
        let lasting = lasting.map(|item| Ok((key_of(&item)?, item))).collect::<Result<Vec<_>, StoreError>>()?;
        let mut differences = Vec::new();
        for batch in lasting.chunks(ITEMS_PER_CALL) {
            let own = self.at_keys(batch.iter().map(|(key, _)| key)).await?;
            differences.extend(batch.iter().filter(|(key, item)| own.get(key) != Some(item)).map(|(key, item)| {
                Difference { item: item.clone(), key: key.clone(), missing: !own.contains_key(key) }
            }));
        }
        Ok(Page { items: differences, next: page.next })
    }

    /// Writes an item as the other table has it. One that was missing stays away if it was written meanwhile: that one
    /// is newer.
    pub async fn put_back(&self, difference: Difference) -> Result<(), StoreError> {
        let condition = difference.missing.then(Condition::is_new);
        self.put(difference.item, condition).await.map(|_| ())
    }

    /// The keys of a page of the conversations and encounters, from which the stream's consumers derive everything else.
    pub async fn conversations_and_encounters(&self, start: Option<&Position>) -> Result<Page<Key>, StoreError> {
        let request = self
            .client
            .scan()
            .table_name(&self.name)
            .projection_expression(schema::KEYS)
            .filter_expression(schema::IS_HEAD_OR_ENCOUNTER)
            .expression_attribute_values(":head", AttributeValue::S(schema::HEAD.into()))
            .expression_attribute_values(":encounter", AttributeValue::S(schema::ENCOUNTER.into()))
            .set_exclusive_start_key(start.map(attributes));
        let answer = request.send().await.map_err(|error| refused(&error))?;
        let keys = answer.items().iter().map(key_of).collect::<Result<_, _>>()?;
        Ok(Page { items: keys, next: answer.last_evaluated_key.as_ref().map(position) })
    }

    /// Reads one page of all items.
    pub(super) async fn scan(&self, start: Option<&Position>) -> Result<Page<Item>, StoreError> {
        let request = self.client.scan().table_name(&self.name).consistent_read(true);
        let request = request.set_exclusive_start_key(start.map(attributes));
        let answer = request.send().await.map_err(|error| refused(&error))?;
        Ok(Page { items: answer.items.unwrap_or_default(), next: answer.last_evaluated_key.as_ref().map(position) })
    }

    /// The items at some keys, at most [`ITEMS_PER_CALL`] of them.
    async fn at_keys(&self, keys: impl Iterator<Item = &Key>) -> Result<HashMap<Key, Item>, StoreError> {
        let text = |text: &String| AttributeValue::S(text.clone());
        let keys = keys.map(|key| HashMap::from([("pk".into(), text(&key.pk)), ("sk".into(), text(&key.sk))]));
        let mut asked = KeysAndAttributes::builder().set_keys(Some(keys.collect())).consistent_read(true).build().ok();
        let mut found = HashMap::new();
        while let Some(keys) = asked {
            let answer = self.client.batch_get_item().request_items(&self.name, keys).send().await;
            let answer = answer.map_err(|error| refused(&error))?;
            for item in answer.responses.into_iter().flat_map(HashMap::into_values).flatten() {
                found.insert(key_of(&item)?, item);
            }
            asked = answer.unprocessed_keys.and_then(|left| left.into_values().next());
            if asked.is_some() {
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(found)
    }
}

/// A record of the table's stream, as Lambda gives it to a consumer, that says of an item only its key: whatever may have
/// changed, the consumer decides from the item as it stands.
pub fn record_of(key: &Key, region: &str, at: Timestamp) -> Value {
    let Key { pk, sk } = key;
    let name = match sk.as_str() {
        // Consumers follow removed attachments, changed encounters, and new items of the other kinds.
        sk if sk.starts_with(schema::ATTACHMENT_PREFIX) => "REMOVE",
        schema::ENCOUNTER => "MODIFY",
        _ => "INSERT",
    };
    let unique = at.as_nanosecond().to_string();
    json!({
        "eventID": format!("redrive-{unique}"),
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "eventSourceARN": "",
        "dynamodb": {
            "ApproximateCreationDateTime": at.as_second(),
            "Keys": {"pk": {"S": pk}, "sk": {"S": sk}},
            "SequenceNumber": unique,
            "SizeBytes": 0,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    })
}

pub(super) fn key_of(item: &Item) -> Result<Key, StoreError> {
    let text = |name| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    text("pk").zip(text("sk")).map(Key::from).ok_or_else(|| corrupt("an item has no keys"))
}

fn attributes(position: &Position) -> Item {
    position.iter().map(|(name, value)| (name.clone(), AttributeValue::S(value.clone()))).collect()
}

/// Whether an item's time to live is over: `DynamoDB` removes such items within days.
fn has_expired(item: &Item, now: Timestamp) -> bool {
    let expires = item.get(schema::EXPIRES_AT).and_then(|value| value.as_n().ok());
    expires.and_then(|text| text.parse().ok()).is_some_and(|second: i64| second <= now.as_second())
}

#[cfg(test)]
mod tests {
    use domain::ids::{AttachmentId, ConversationId, EncounterId};

    use super::*;
    use crate::store::stream::{Change, NewText, Record};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn key(pk: &str, sk: &str) -> Key {
        (pk.to_owned(), sk.to_owned()).into()
    }

    #[test]
    fn an_item_expires_at_its_second() {
        let item = |expires: &str| Item::from([("expiresAt".into(), AttributeValue::N(expires.into()))]);
        assert!(has_expired(&item("100"), at(100)));
        assert!(!has_expired(&item("101"), at(100)));
        assert!(!has_expired(&Item::new(), at(100)));
    }

    /// What a consumer reads in the record of an item.
    fn change(key: &Key) -> Change {
        let event = json!({"Records": [record_of(key, "us-east-1", at(1))]});
        Record::decode(serde_json::from_value(event).unwrap()).remove(0).change().unwrap().clone()
    }

    #[test]
    fn consumers_follow_a_replayed_record_as_if_everything_had_changed() {
        let id = uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_000a);
        let (conversation, encounter) = (ConversationId::new(id), EncounterId::new(id));
        let Change::Conversation(head) = change(&schema::head(conversation)) else { panic!("it is a conversation") };
        assert!(head.id == conversation && head.lock_changed && head.patient_wrote && head.staff_wrote);
        assert_eq!(head.title, NewText::NotInRecord);
        let entry = Change::NewEntry { conversation, text: NewText::NotInRecord };
        assert_eq!(change(&schema::entry(conversation, 1)), entry);
        assert_eq!(change(&schema::encounter(encounter)), Change::Encounter { id: encounter, lock_changed: true });
        let attachment = change(&schema::attachment(conversation, AttachmentId::new(id)));
        assert!(matches!(attachment, Change::RemovedAttachment { .. }), "{attachment:?}");
    }

    #[test]
    fn a_kind_names_no_id() {
        let kind = |pk, sk| schema::kind(&key(pk, sk));
        assert_eq!(kind("CONV#1", "E#0000000001"), "CONV E");
        assert_eq!(kind("CONV#1", "HEAD"), "CONV HEAD");
        assert_eq!(kind("ENC#1", "C#2"), "ENC C");
        assert_eq!(kind("PATIENT#1", "PATIENT"), "PATIENT");
        assert_eq!(kind("R#1#patient-a", "2"), "R");
    }
}
