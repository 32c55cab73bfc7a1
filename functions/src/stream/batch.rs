//! What the table's stream demands of every consumer: the batch, which failures pass, and the failure queue.
//!
//! A record that can never be processed (a poison record) goes to the failure queue with its cause and
//! its keys, and the records after it are processed. A passing failure is reported to the event source,
//! which tries again from there; see docs/decisions/0004-poison-records.md.

use std::fmt::Display;
use std::time::{Duration, Instant};

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use backon::{BackoffBuilder as _, ExponentialBuilder, Retryable as _};
use domain::ids::ConversationId;
use serde::Serialize;
use shared::store::{StoreError, schema};

use crate::runtime::failure_queue::FailureQueue;

/// How often a record is tried again here, from one second on in doubling steps, before the event source
/// has to: its retries hold up everything behind the record on its shard.
const RETRIES: usize = 3;
/// After this time nothing is begun that can wait: the function has a minute. What is left comes again.
const BUDGET: Duration = Duration::from_secs(30);

/// What processing a record fails with. Its text goes to the log and the failure queue: it quotes no content.
pub trait Failure: Display {
    /// Whether trying again later may help.
    fn is_passing(&self) -> bool;
}

impl Failure for StoreError {
    fn is_passing(&self) -> bool {
        Self::is_passing(self)
    }
}

/// What becomes of the records behind one that fails for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// They wait: what follows from them may need what it brings about.
    Waits,
    /// They are processed all the same: nobody waits for another one's failure.
    GoesOn,
}

/// What the queue gets: enough to find the item and to process it again, and nothing of its content.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PoisonRecord<'a> {
    function: &'static str,
    cause: String,
    event_id: &'a str,
    sequence_number: Option<&'a str>,
    keys: Option<(String, String)>,
}

/// Processes a batch of the stream's records, in order. `function` is the consumer's binary.
pub async fn process<E: Failure>(
    function: &'static str,
    event: &Event,
    failures: &FailureQueue,
    behind: Behind,
    process: impl AsyncFn(&EventRecord) -> Result<(), E>,
) -> DynamoDbEventResponse {
    let schedule = ExponentialBuilder::default().with_jitter().with_max_times(RETRIES);
    let mut failed: Vec<&EventRecord> = Vec::new();
    match behind {
        Behind::Waits => {
            for record in &event.records {
                let processed = (|| process(record)).retry(schedule).when(E::is_passing).await;
                if !is_done(function, record, processed, failures).await {
                    failed.push(record);
                    break;
                }
            }
        }
        Behind::GoesOn => {
            let begun = Instant::now();
            let mut pauses = schedule.build();
            let mut left: Vec<&EventRecord> = event.records.iter().collect();
            // All are tried before any is tried again.
            loop {
                for record in left {
                    let late = begun.elapsed() > BUDGET;
                    if late || !is_done(function, record, process(record).await, failures).await {
                        failed.push(record);
                    }
                }
                match pauses.next() {
                    Some(pause) if !failed.is_empty() && begun.elapsed() + pause < BUDGET => {
                        tokio::time::sleep(pause).await;
                        left = std::mem::take(&mut failed);
                    }
                    _ => break,
                }
            }
        }
    }
    tracing::info!(records = event.records.len(), failed = failed.len(), "stream");
    // The event source resumes at the first of them.
    let mut answer = DynamoDbEventResponse::default();
    answer.batch_item_failures = failed.into_iter().map(failure_at).collect();
    answer
}

/// Whether nothing is left to do for a record: it is processed, or parked as one that never can be.
async fn is_done<E: Failure>(
    function: &'static str,
    record: &EventRecord,
    processed: Result<(), E>,
    failures: &FailureQueue,
) -> bool {
    let Err(error) = processed else { return true };
    if error.is_passing() {
        tracing::warn!(event_id = record.event_id, reason = %error, "a record will be tried again");
        return false;
    }
    tracing::error!(event_id = record.event_id, reason = %error, "a record can't be processed");
    let parked = park(failures, function, record, &error).await;
    if let Err(reason) = &parked {
        tracing::error!(event_id = record.event_id, reason, "the failure queue can't be reached");
    }
    parked.is_ok()
}

/// An item's key in a record.
pub fn keys(record: &EventRecord) -> Option<(String, String)> {
    let text = |name: &str| match record.change.keys.get(name) {
        Some(serde_dynamo::AttributeValue::S(text)) => Some(text.clone()),
        _ => None,
    };
    text("pk").zip(text("sk"))
}

/// A record's key, which every record has.
pub fn key_of(record: &EventRecord) -> Result<(String, String), StoreError> {
    keys(record).ok_or_else(|| StoreError::Corrupt("a record has no keys".into()))
}

/// The id behind a partition key's prefix.
pub fn id_behind(prefix: &str, pk: &str) -> Result<uuid::Uuid, StoreError> {
    let id = pk.strip_prefix(prefix).and_then(|id| id.parse().ok());
    id.ok_or_else(|| StoreError::Corrupt("a record's key names no id".into()))
}

/// The conversation of a partition key.
pub fn conversation_of(pk: &str) -> Result<ConversationId, StoreError> {
    id_behind(schema::CONVERSATION_PREFIX, pk).map(ConversationId::new)
}

/// Whether an attribute differs between the images; a record without images may have changed anything.
pub fn changed(record: &EventRecord, name: &str) -> bool {
    let (old, new) = (&record.change.old_image, &record.change.new_image);
    new.get(name).is_none() || old.get(name) != new.get(name)
}

fn failure_at(record: &EventRecord) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier.clone_from(&record.change.sequence_number);
    failure
}

/// Sends a record that can never be processed to the failure queue.
async fn park(
    failures: &FailureQueue,
    function: &'static str,
    record: &EventRecord,
    cause: &impl Display,
) -> Result<(), String> {
    let poison = PoisonRecord {
        function,
        cause: cause.to_string(),
        event_id: &record.event_id,
        sequence_number: record.change.sequence_number.as_deref(),
        keys: keys(record),
    };
    failures.send(serde_json::to_string(&poison).map_err(|error| error.to_string())?).await
}
