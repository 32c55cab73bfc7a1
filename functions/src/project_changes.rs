//! The stream's first consumer: what follows from a changed conversation or encounter.
//!
//! A patient's unanswered message opens the one task; closing completes it; conversation and encounter
//! follow each other; what was made of an image that no message claimed in time goes with it. A record only says what changed: what to do is decided from the items as they
//! stand, so records may come twice, late or in any order.
//!
//! A record that can never be processed (a poison record) goes to the failure queue with its cause and
//! its keys, and the records after it are processed. A passing failure is reported to the event source,
//! which tries again from there; see docs/decisions/0004-poison-records.md.

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use backon::{ExponentialBuilder, Retryable as _};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use shared::attachments::{Bucket, BucketError, Place};
use shared::config::{Config, Needs};
use shared::domain::ids::{ConversationId, EncounterId, TaskId};
use shared::store::{StoreError, Table, schema};
use shared::telemetry;

use crate::deps::{self, Clock};
use crate::serve;

/// This function's binary.
pub const BINARY: &str = "project-changes";

/// How often a record is tried again here, from one second on in doubling steps, before the event source
/// has to: its retries hold up everything behind the record on its shard.
const RETRIES: usize = 3;

/// What the function works with.
#[derive(Debug)]
pub struct Projector {
    /// The table.
    pub table: Table,
    /// The time and new ids.
    pub clock: Clock,
    /// Where poison records go.
    pub failures: FailureQueue,
    /// The bucket of images.
    pub bucket: Bucket,
}

/// The queue for records that can never be processed.
#[derive(Debug)]
pub struct FailureQueue {
    client: aws_sdk_sqs::Client,
    url: String,
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

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Conversation { id: ConversationId, lock_changed: bool },
    Encounter(EncounterId),
    UnclaimedImage(Place),
}

/// Processes a batch of the stream's records, in order.
pub async fn handle(projector: &Projector, event: Event) -> DynamoDbEventResponse {
    let mut answer = DynamoDbEventResponse::default();
    for record in &event.records {
        let retries = ExponentialBuilder::default().with_jitter().with_max_times(RETRIES);
        let processed = (|| projector.process(record)).retry(retries).when(StoreError::is_passing);
        match processed.await {
            Ok(()) => {}
            Err(error) if error.is_passing() => {
                tracing::warn!(event_id = record.event_id, reason = %error, "a record will be tried again");
                // The event source resumes at the first failure, so nothing after it is processed now.
                answer.batch_item_failures.push(failure_at(record));
                break;
            }
            Err(error) => {
                tracing::error!(event_id = record.event_id, reason = %error, "a record can't be processed");
                if let Err(reason) = projector.failures.park(record, &error).await {
                    tracing::error!(event_id = record.event_id, reason, "the failure queue can't be reached");
                    answer.batch_item_failures.push(failure_at(record));
                    break;
                }
            }
        }
    }
    tracing::info!(records = event.records.len(), failed = answer.batch_item_failures.len(), "stream");
    answer
}

impl Projector {
    async fn process(&self, record: &EventRecord) -> Result<(), StoreError> {
        match subject(record)? {
            None => Ok(()),
            Some(Subject::Encounter(id)) => {
                let conversation = self.table.conversation_of(id).await?;
                self.table.bring_together(conversation).await
            }
            Some(Subject::UnclaimedImage(place)) => match self.bucket.remove_images(place).await {
                Err(BucketError::Refused(reason)) => Err(StoreError::Refused(reason)),
                Err(BucketError::Busy(reason)) => Err(StoreError::Busy(reason)),
                Ok(()) => Ok(()),
            },
            Some(Subject::Conversation { id, lock_changed }) => {
                if lock_changed {
                    self.table.bring_together(id).await?;
                }
                let change = self.table.keep_tasks(
                    id,
                    self.clock.now(),
                    || TaskId::new(self.clock.id()),
                    || async {
                        let tasking = self.table.settings().await?.tasking;
                        Ok(tasking.enabled.then_some(tasking.pool))
                    },
                );
                let change = change.await?;
                if change.opened || change.completed {
                    tracing::info!(opened = change.opened, completed = change.completed, "task");
                }
                Ok(())
            }
        }
    }
}

/// What a record is about; nothing where nothing can follow from it: an answer, the removal of anything but an
/// attachment.
fn subject(record: &EventRecord) -> Result<Option<Subject>, StoreError> {
    let (pk, sk) = keys(record).ok_or_else(|| StoreError::Corrupt("a record has no keys".into()))?;
    if record.event_name == "REMOVE" && !sk.starts_with(schema::ATTACHMENT_PREFIX) {
        return Ok(None);
    }
    let id = |prefix: &str| {
        let id = pk.strip_prefix(prefix).and_then(|id| id.parse::<uuid::Uuid>().ok());
        id.ok_or_else(|| StoreError::Corrupt("a record's key names no id".into()))
    };
    match sk.as_str() {
        schema::HEAD => {
            let lock_changed = changed(record, "lockVersion");
            let asked = changed(record, "lastPatient");
            let id = ConversationId::new(id(schema::CONVERSATION_PREFIX)?);
            Ok((lock_changed || asked).then_some(Subject::Conversation { id, lock_changed }))
        }
        schema::ENCOUNTER => Ok(Some(Subject::Encounter(EncounterId::new(id(schema::ENCOUNTER_PREFIX)?)))),
        attachment if record.event_name == "REMOVE" => {
            let id = ConversationId::new(id(schema::CONVERSATION_PREFIX)?);
            let attachment = attachment.trim_start_matches(schema::ATTACHMENT_PREFIX).parse();
            let attachment = attachment.map_err(|_| StoreError::Corrupt("a record's key names no id".into()))?;
            // Attachments expire until a message claims them; nothing removes one after that.
            let claimed = record.change.old_image.get("n").is_some();
            Ok((!claimed).then_some(Subject::UnclaimedImage(Place { conversation: id, attachment })))
        }
        _ => Ok(None),
    }
}

/// Whether an attribute differs between the images; a record without images may have changed anything.
fn changed(record: &EventRecord, name: &str) -> bool {
    let (old, new) = (&record.change.old_image, &record.change.new_image);
    new.get(name).is_none() || old.get(name) != new.get(name)
}

fn keys(record: &EventRecord) -> Option<(String, String)> {
    let text = |name: &str| match record.change.keys.get(name) {
        Some(serde_dynamo::AttributeValue::S(text)) => Some(text.clone()),
        _ => None,
    };
    text("pk").zip(text("sk"))
}

fn failure_at(record: &EventRecord) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier.clone_from(&record.change.sequence_number);
    failure
}

impl FailureQueue {
    /// A queue by its URL.
    pub fn new(client: aws_sdk_sqs::Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }

    async fn park(&self, record: &EventRecord, cause: &StoreError) -> Result<(), String> {
        let poison = PoisonRecord {
            function: BINARY,
            cause: cause.to_string(),
            event_id: &record.event_id,
            sequence_number: record.change.sequence_number.as_deref(),
            keys: keys(record),
        };
        let body = serde_json::to_string(&poison).map_err(|error| error.to_string())?;
        let sent = self.client.send_message().queue_url(&self.url).message_body(body).send().await;
        sent.map(|_| ())
            .map_err(|error| error.as_service_error().map_or_else(|| "out of reach".into(), ToString::to_string))
    }
}

/// Runs the function.
pub fn run() {
    telemetry::init();
    serve::block_on(async {
        let config = Config::from_env(Needs { failure_queue: true, bucket: true, ..Needs::default() })?;
        let aws = deps::aws().await;
        let projector = Projector {
            table: Table::new(aws_sdk_dynamodb::Client::new(&aws), &config.table_name),
            clock: Clock::system(),
            failures: FailureQueue::new(aws_sdk_sqs::Client::new(&aws), &config.failure_queue_url),
            bucket: deps::bucket(&config, &aws),
        };
        let projector = &projector;
        lambda_runtime::run(service_fn(|event: LambdaEvent<Event>| async move {
            Ok::<_, lambda_runtime::Error>(handle(projector, event.payload).await)
        }))
        .await
    });
}
