//! Records of the table's stream, each decoded once: what it changes, in the domain's words.
//!
//! Records may come twice, late or out of order, and those that are processed again from the failure queue have no images.
//! So a record only says where to look; what to do is decided from the items as they are.

use aws_lambda_events::dynamodb::{Event, EventRecord};
use serde::Deserialize;
use serde_dynamo::AttributeValue;

use crate::store::text_codec::StoredText;
use crate::store::{StoreError, items, schema};
use domain::ids::{AttachmentId, ConversationId, EncounterId, PatientId};

/// A record of the stream.
#[derive(Debug, Clone)]
pub struct Record {
    /// The id of its event, for the log.
    pub event_id: String,
    /// Its place in the stream, where the event source resumes.
    pub sequence_number: Option<String>,
    /// Its item's partition key and sort key, for the failure queue.
    pub keys: Option<(String, String)>,
    /// What it changes, or why it can't be read. Quotes no content.
    change: Result<Change, String>,
}

/// What a record changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A conversation is new or changed.
    Conversation(ConversationChange),
    /// A conversation has a new entry.
    NewEntry {
        /// The conversation.
        conversation: ConversationId,
        /// The entry's text. A status entry has none.
        text: NewText,
    },
    /// An encounter is changed.
    Encounter {
        /// The encounter.
        id: EncounterId,
        /// Whether it was finished or resumed.
        lock_changed: bool,
    },
    /// An attachment is removed.
    RemovedAttachment {
        /// Its conversation.
        conversation: ConversationId,
        /// The attachment.
        id: AttachmentId,
        /// Whether a message had claimed it.
        claimed: bool,
    },
    /// Anything else, which no consumer follows.
    Other,
}

/// What changed in a conversation. A record without images may have changed anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationChange {
    /// The conversation.
    pub id: ConversationId,
    /// Its patient, where the record says so.
    pub patient: Option<PatientId>,
    /// Its title, if it is new.
    pub title: NewText,
    /// Whether it was closed or reopened.
    pub lock_changed: bool,
    /// Whether the patient sent a message.
    pub patient_wrote: bool,
    /// Whether staff sent a message.
    pub staff_wrote: bool,
}

/// A text that can be searched from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewText {
    /// There is none.
    None,
    /// This one.
    Text(String),
    /// The record has no image, so it has to be read from the table.
    NotInRecord,
}

impl Record {
    /// Decodes the records of an event, in their order.
    pub fn decode(event: Event) -> Vec<Self> {
        event.records.into_iter().map(Self::from).collect()
    }

    /// What it changes. A record that can't be read fails for ever, and alone.
    pub fn change(&self) -> Result<&Change, StoreError> {
        self.change.as_ref().map_err(|reason| StoreError::Corrupt(reason.clone()))
    }
}

impl From<EventRecord> for Record {
    fn from(mut record: EventRecord) -> Self {
        let keys = keys(&record);
        let change = match &keys {
            Some((pk, sk)) => change(&mut record, pk, sk),
            None => Err(items::corrupt("a record has no keys")),
        };
        Self {
            event_id: record.event_id,
            sequence_number: record.change.sequence_number,
            keys,
            change: change.map_err(|error| error.to_string()),
        }
    }
}

fn keys(record: &EventRecord) -> Option<(String, String)> {
    let text = |name: &str| match record.change.keys.get(name) {
        Some(AttributeValue::S(text)) => Some(text.clone()),
        _ => None,
    };
    text("pk").zip(text("sk"))
}

fn change(record: &mut EventRecord, pk: &str, sk: &str) -> Result<Change, StoreError> {
    let is_removal = record.event_name == "REMOVE";
    if let Some(id) = sk.strip_prefix(schema::ATTACHMENT_PREFIX) {
        return if is_removal { removed_attachment(record, pk, id) } else { Ok(Change::Other) };
    }
    match sk {
        _ if is_removal => Ok(Change::Other),
        schema::HEAD => conversation(record, pk),
        schema::ENCOUNTER => {
            let id = EncounterId::new(id_after(schema::ENCOUNTER_PREFIX, pk)?);
            Ok(Change::Encounter { id, lock_changed: differs(record, "changes") })
        }
        _ if sk.starts_with(schema::ENTRY_PREFIX) => new_entry(record, pk),
        _ => Ok(Change::Other),
    }
}

fn conversation(record: &mut EventRecord, pk: &str) -> Result<Change, StoreError> {
    let id = conversation_of(pk)?;
    let (lock_changed, patient_wrote, staff_wrote) =
        (differs(record, "lockVersion"), differs(record, "lastPatient"), differs(record, "lastStaff"));
    let image = &record.change.new_image;
    let patient = match image.get("patientId") {
        Some(AttributeValue::S(id)) => id.parse().ok(),
        _ => None,
    };
    let title = match image.get("title") {
        _ if record.event_name != "INSERT" => NewText::None,
        _ if image.is_empty() => NewText::NotInRecord,
        Some(AttributeValue::S(title)) => NewText::Text(title.clone()),
        _ => return Err(items::corrupt("a conversation item can't be read: title")),
    };
    Ok(Change::Conversation(ConversationChange { id, patient, title, lock_changed, patient_wrote, staff_wrote }))
}

/// What is read of an entry.
#[derive(Deserialize)]
struct TextItem {
    #[serde(rename = "t")]
    text: Option<StoredText>,
}

/// An entry changes when an image of its message is inspected, which adds no text.
fn new_entry(record: &mut EventRecord, pk: &str) -> Result<Change, StoreError> {
    if record.event_name != "INSERT" {
        return Ok(Change::Other);
    }
    let image = std::mem::take(&mut record.change.new_image);
    let text = if image.is_empty() {
        NewText::NotInRecord
    } else {
        let entry: TextItem = items::body("entry", image.into())?;
        entry.text.map_or(NewText::None, |text| NewText::Text(text.0))
    };
    Ok(Change::NewEntry { conversation: conversation_of(pk)?, text })
}

fn removed_attachment(record: &EventRecord, pk: &str, id: &str) -> Result<Change, StoreError> {
    let id = id.parse().map_err(|_| no_id())?;
    let claimed = record.change.old_image.get("n").is_some();
    Ok(Change::RemovedAttachment { conversation: conversation_of(pk)?, id, claimed })
}

/// Whether an attribute differs between the images. Without a new image it may.
fn differs(record: &EventRecord, name: &str) -> bool {
    let (old, new) = (&record.change.old_image, &record.change.new_image);
    new.get(name).is_none() || old.get(name) != new.get(name)
}

fn conversation_of(pk: &str) -> Result<ConversationId, StoreError> {
    id_after(schema::CONVERSATION_PREFIX, pk).map(ConversationId::new)
}

fn id_after(prefix: &str, pk: &str) -> Result<uuid::Uuid, StoreError> {
    pk.strip_prefix(prefix).and_then(|id| id.parse().ok()).ok_or_else(no_id)
}

fn no_id() -> StoreError {
    items::corrupt("a record's key names no id")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::store::items::Item;

    const ID: &str = "01900000-0000-7000-8000-0000000000c1";

    fn record(event_name: &str, sk: &str, old: &Value, new: &Value) -> Record {
        let prefix = if sk == schema::ENCOUNTER { "ENC" } else { "CONV" };
        let keys = json!({"pk": {"S": format!("{prefix}#{ID}")}, "sk": {"S": sk}});
        let event = json!({"Records": [{
            "awsRegion": "us-east-1", "eventID": "1", "eventName": event_name,
            "dynamodb": {
                "ApproximateCreationDateTime": 1_795_338_000, "Keys": keys, "OldImage": old, "NewImage": new,
                "SequenceNumber": "7", "SizeBytes": 1,
            },
        }]});
        Record::decode(serde_json::from_value(event).unwrap()).remove(0)
    }

    fn change(event_name: &str, sk: &str, old: &Value, new: &Value) -> Change {
        record(event_name, sk, old, new).change().unwrap().clone()
    }

    fn image(item: Item) -> Value {
        serde_json::to_value(serde_dynamo::Item::from(item)).unwrap()
    }

    fn conversation() -> ConversationId {
        ID.parse().unwrap()
    }

    fn changed() -> ConversationChange {
        ConversationChange {
            id: conversation(),
            patient: None,
            title: NewText::None,
            lock_changed: false,
            patient_wrote: false,
            staff_wrote: false,
        }
    }

    #[test]
    fn a_conversation_says_who_wrote_and_whether_it_was_closed() {
        let image = |lock: u32, patient: u32, staff: u32| {
            let number = |n: u32| json!({"N": n.to_string()});
            json!({
                "title": {"S": "Results"}, "patientId": {"S": ID}, "lockVersion": number(lock),
                "lastPatient": number(patient), "lastStaff": number(staff),
            })
        };
        let known = ConversationChange { patient: Some(ID.parse().unwrap()), ..changed() };
        let before = image(1, 2, 3);
        for (after, expected) in [
            (image(1, 2, 3), known.clone()),
            (image(2, 2, 3), ConversationChange { lock_changed: true, ..known.clone() }),
            (image(1, 4, 3), ConversationChange { patient_wrote: true, ..known.clone() }),
            (image(1, 2, 4), ConversationChange { staff_wrote: true, ..known.clone() }),
        ] {
            assert_eq!(change("MODIFY", schema::HEAD, &before, &after), Change::Conversation(expected));
        }
        let everything = ConversationChange { lock_changed: true, patient_wrote: true, staff_wrote: true, ..known };
        let new = ConversationChange { title: NewText::Text("Results".into()), ..everything };
        assert_eq!(change("INSERT", schema::HEAD, &json!({}), &before), Change::Conversation(new));
        assert_eq!(change("REMOVE", schema::HEAD, &before, &json!({})), Change::Other);
    }

    #[test]
    fn without_images_anything_may_have_changed() {
        let anything = ConversationChange { lock_changed: true, patient_wrote: true, staff_wrote: true, ..changed() };
        let known = change("MODIFY", schema::HEAD, &json!({}), &json!({}));
        assert_eq!(known, Change::Conversation(anything.clone()));
        let new = change("INSERT", schema::HEAD, &json!({}), &json!({}));
        assert_eq!(new, Change::Conversation(ConversationChange { title: NewText::NotInRecord, ..anything }));
        let entry = change("INSERT", "E#0000000001", &json!({}), &json!({}));
        assert_eq!(entry, Change::NewEntry { conversation: conversation(), text: NewText::NotInRecord });
        let encounter = change("MODIFY", schema::ENCOUNTER, &json!({}), &json!({}));
        assert_eq!(encounter, Change::Encounter { id: ID.parse().unwrap(), lock_changed: true });
    }

    #[test]
    fn entries_say_their_text_however_it_is_stored() {
        let long = "A long text, which is stored compressed. ".repeat(40);
        for text in ["short", &long] {
            let item: Item = serde_dynamo::to_item(json!({"id": "x"})).unwrap();
            let mut new = image(item);
            new["t"] = serde_json::to_value(
                serde_dynamo::to_attribute_value::<_, AttributeValue>(StoredText(text.to_owned())).unwrap(),
            )
            .unwrap();
            let expected = Change::NewEntry { conversation: conversation(), text: NewText::Text(text.to_owned()) };
            assert_eq!(change("INSERT", "E#0000000001", &json!({}), &new), expected);
            assert_eq!(change("MODIFY", "E#0000000001", &new, &new), Change::Other);
        }
        let status = json!({"lockVersion": {"N": "2"}});
        let expected = Change::NewEntry { conversation: conversation(), text: NewText::None };
        assert_eq!(change("INSERT", "E#0000000002", &json!({}), &status), expected);
    }

    #[test]
    fn a_removed_attachment_says_whether_a_message_had_claimed_it() {
        let sk = format!("ATT#{ID}");
        for (old, claimed) in [(json!({}), false), (json!({"n": {"N": "3"}}), true)] {
            let removed = Change::RemovedAttachment { conversation: conversation(), id: ID.parse().unwrap(), claimed };
            assert_eq!(change("REMOVE", &sk, &old, &json!({})), removed);
        }
        assert_eq!(change("INSERT", &sk, &json!({}), &json!({})), Change::Other);
    }

    #[test]
    fn an_encounter_says_whether_it_was_finished_or_resumed() {
        let image = |changes: usize, orders: u32| {
            let change = json!({"M": {"v": {"N": "1"}}});
            json!({"changes": {"L": vec![change; changes]}, "orders": {"N": orders.to_string()}})
        };
        let expected = |lock_changed| Change::Encounter { id: ID.parse().unwrap(), lock_changed };
        assert_eq!(change("MODIFY", schema::ENCOUNTER, &image(1, 1), &image(1, 2)), expected(false));
        assert_eq!(change("MODIFY", schema::ENCOUNTER, &image(1, 1), &image(2, 1)), expected(true));
    }

    #[test]
    fn what_can_not_be_read_keeps_its_keys_and_quotes_nothing() {
        let broken = record("INSERT", "E#0000000001", &json!({}), &json!({"t": {"B": "c2VjcmV0"}}));
        assert_eq!(broken.change().unwrap_err().to_string(), "a entry item can't be read: an attribute");
        assert_eq!(broken.keys, Some((format!("CONV#{ID}"), "E#0000000001".into())));
        assert_eq!(broken.sequence_number.as_deref(), Some("7"));
        let foreign = record("REMOVE", "ATT#secret", &json!({}), &json!({}));
        assert_eq!(foreign.change().unwrap_err().to_string(), "a record's key names no id");
        let untitled = record("INSERT", schema::HEAD, &json!({}), &json!({"title": {"N": "1"}}));
        assert_eq!(untitled.change().unwrap_err().to_string(), "a conversation item can't be read: title");
    }

    #[test]
    fn every_filter_lets_through_what_is_decoded() {
        use super::super::Follows;
        for follows in [Follows::Conversation, Follows::Encounter, Follows::NewEntry, Follows::RemovedAttachment] {
            let filter = serde_json::to_value(follows.filter()).unwrap();
            let sk = &filter["dynamodb"]["Keys"]["sk"]["S"][0];
            let sk = match sk["prefix"].as_str() {
                Some(prefix) => format!("{prefix}{ID}"),
                None => sk.as_str().unwrap().to_owned(),
            };
            for event_name in filter["eventName"].as_array().unwrap() {
                let change = change(event_name.as_str().unwrap(), &sk, &json!({}), &json!({}));
                assert_ne!(change, Change::Other, "{event_name} {sk}");
            }
        }
    }
}
