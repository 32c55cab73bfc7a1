//! A batch of the table's stream: its records in order, failures that may pass, and the failure queue.
//!
//! A record that can never be processed (a poison record) goes to the failure queue with its cause and keys, and the
//! next ones are processed. A transient failure is reported to the event source, which tries again from there; see
//! docs/decisions/0004-poison-records.md.

use std::fmt::Display;
use std::time::{Duration, Instant};

use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use backon::{BackoffBuilder as _, ExponentialBuilder, Retryable as _};
use serde::Serialize;
use shared::store::StoreError;
use shared::store::stream::{Change, Record};

use crate::runtime::failure_queue::FailureQueue;

/// How often a record is tried again here, after one second, then two, then four. Retries of the event source hold up
/// the whole shard.
const RETRIES: usize = 3;
/// After this time no record is begun that can wait: the function has a minute. The event source delivers the rest again.
const BUDGET: Duration = Duration::from_secs(30);

/// What processing a record fails with. Its text goes to the log and the failure queue: it quotes no content.
pub trait Failure: Display + From<StoreError> {
    /// Whether trying again later may help.
    fn is_transient(&self) -> bool;
}

impl Failure for StoreError {
    fn is_transient(&self) -> bool {
        Self::is_transient(self)
    }
}

/// What a transient failure of one record means for those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnTransientFailure {
    /// Stops the batch: later records depend on this one.
    StopBatch,
    /// Continues with the next record: none depends on another.
    Continue,
}

/// What the failure queue gets: enough to find the item and to process the record again, and no content.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PoisonRecord<'a> {
    function: &'static str,
    cause: String,
    event_id: &'a str,
    sequence_number: Option<&'a str>,
    keys: Option<&'a (String, String)>,
}

/// Processes the records of a batch, in order. `function` is the consumer's name.
pub async fn process<E: Failure>(
    function: &'static str,
    records: &[Record],
    failures: &FailureQueue,
    on_transient_failure: OnTransientFailure,
    process: impl AsyncFn(&Change) -> Result<(), E>,
) -> DynamoDbEventResponse {
    let process = async |record: &Record| process(record.change()?).await;
    let schedule = ExponentialBuilder::default().with_jitter().with_max_times(RETRIES);
    let mut failed: Vec<&Record> = Vec::new();
    match on_transient_failure {
        OnTransientFailure::StopBatch => {
            for record in records {
                let processed = (|| process(record)).retry(schedule).when(E::is_transient).await;
                if !is_done(function, record, processed, failures).await {
                    failed.push(record);
                    break;
                }
            }
        }
        OnTransientFailure::Continue => {
            let begun = Instant::now();
            let mut pauses = schedule.build();
            let mut left: Vec<&Record> = records.iter().collect();
            // Each is tried once before any is tried again.
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
    tracing::info!(records = records.len(), failed = failed.len(), "stream");
    // The event source resumes at the first of them.
    let mut answer = DynamoDbEventResponse::default();
    answer.batch_item_failures = failed.into_iter().map(failure_at).collect();
    answer
}

/// Whether nothing is left to do for a record: it is processed, or in the failure queue.
async fn is_done<E: Failure>(
    function: &'static str,
    record: &Record,
    processed: Result<(), E>,
    failures: &FailureQueue,
) -> bool {
    let Err(error) = processed else { return true };
    if error.is_transient() {
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

fn failure_at(record: &Record) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier.clone_from(&record.sequence_number);
    failure
}

/// Sends a record that can never be processed to the failure queue.
async fn park(
    failures: &FailureQueue,
    function: &'static str,
    record: &Record,
    cause: &impl Display,
) -> Result<(), String> {
    let poison = PoisonRecord {
        function,
        cause: cause.to_string(),
        event_id: &record.event_id,
        sequence_number: record.sequence_number.as_deref(),
        keys: record.keys.as_ref(),
    };
    failures.send(serde_json::to_string(&poison).map_err(|error| error.to_string())?).await
}
