//! The table's stream, which keeps its records for a day: the records of a batch that Lambda gave up.

use anyhow::{Context, Result, anyhow};
use aws_lambda_events::dynamodb::{EventRecord, StreamRecord, StreamViewType};
use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodbstreams::types::{Record, ShardIteratorType, StreamViewType as View};
use serde_json::{Value, json};

use crate::environment::Environment;
use crate::failure_message::StreamBatch;
use crate::functions::ReplayError;

const FORGOTTEN: ReplayError =
    ReplayError::Stays("the stream no longer holds its records; `cargo xtask redrive --everything` does their work");

/// The event with the records of a batch, as Lambda would have sent it.
pub(crate) async fn event_of(environment: &Environment, batch: &StreamBatch) -> Result<Value, ReplayError> {
    let client = Client::new(&environment.aws);
    let (first, last) = (number(&batch.start_sequence_number)?, number(&batch.end_sequence_number)?);
    let asked = client
        .get_shard_iterator()
        .stream_arn(&batch.stream_arn)
        .shard_id(&batch.shard_id)
        .shard_iterator_type(ShardIteratorType::AtSequenceNumber)
        .sequence_number(&batch.start_sequence_number);
    let mut iterator = asked.send().await.map_err(refused)?.shard_iterator;
    let mut records = Vec::new();
    while let Some(from) = iterator {
        let page = client.get_records().shard_iterator(from).send().await.map_err(refused)?;
        let found = page.records.unwrap_or_default();
        let more = !found.is_empty();
        for record in found {
            let record = event_record(record, &batch.stream_arn);
            let at = number(record.change.sequence_number.as_deref().unwrap_or_default())?;
            if (first..=last).contains(&at) {
                records.push(record);
            }
            if at >= last {
                return Ok(json!({"Records": records}));
            }
        }
        iterator = page.next_shard_iterator.filter(|_| more);
    }
    Err(FORGOTTEN)
}

/// Sequence numbers have up to 40 digits, of which no more than 38 are in use.
fn number(text: &str) -> Result<u128> {
    text.parse().with_context(|| format!("{text} is no sequence number"))
}

fn refused<E, R>(error: SdkError<E, R>) -> ReplayError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match error.code() {
        Some("TrimmedDataAccessException" | "ResourceNotFoundException") => FORGOTTEN,
        _ => anyhow!(error).context("the stream can't be read").into(),
    }
}

/// A record as Lambda writes it in an event.
fn event_record(record: Record, stream_arn: &str) -> EventRecord {
    let mut event = EventRecord::default();
    event.aws_region = record.aws_region.unwrap_or_default();
    event.event_id = record.event_id.unwrap_or_default();
    event.event_name = record.event_name.map(|name| name.as_str().to_owned()).unwrap_or_default();
    event.event_source = record.event_source;
    event.event_version = record.event_version;
    event.event_source_arn = Some(stream_arn.to_owned());
    if let Some(change) = record.dynamodb {
        let mut of = StreamRecord::default();
        of.keys = change.keys.unwrap_or_default().into();
        of.new_image = change.new_image.unwrap_or_default().into();
        of.old_image = change.old_image.unwrap_or_default().into();
        of.sequence_number = change.sequence_number;
        of.size_bytes = change.size_bytes.unwrap_or_default();
        of.stream_view_type =
            (change.stream_view_type == Some(View::NewAndOldImages)).then_some(StreamViewType::NewAndOldImages);
        event.change = of;
    }
    event
}
