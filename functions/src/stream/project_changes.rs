//! The stream's first consumer: keeps tasks, locks, search digests and images in step with what was written.
//!
//! A patient's unanswered message opens a task and closing completes it; conversation and encounter follow each other; new
//! texts can be searched; images that no message claimed in time are removed. A record only says what changed. What to do
//! is decided from the items as they are, so records may come twice, late or in any order.

use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use domain::ids::TaskId;
use lambda_runtime::{LambdaEvent, service_fn};
use shared::attachments::{Bucket, BucketError, ObjectLocation};
use shared::config::{Config, Needs};
use shared::store::stream::{Change, ConversationChange, Follows, Record};
use shared::store::{CachedSettings, StoreError, Table};
use shared::telemetry;

use crate::runtime::aws;
use crate::runtime::deps::{self, Clock};
use crate::runtime::failure_queue::FailureQueue;
use crate::runtime::serve;
use crate::stream::batch::{self, OnTransientFailure};

mod digests;

/// This function's name.
pub const NAME: &str = "project-changes";

/// The changes that it follows.
pub const FOLLOWS: &[Follows] =
    &[Follows::Conversation, Follows::Encounter, Follows::NewEntry, Follows::RemovedAttachment];

/// What the function works with.
#[derive(Debug)]
pub struct Projector {
    /// The table.
    pub table: Table,
    /// The settings, which name the pool that new tasks go to.
    pub settings: CachedSettings,
    /// The time and new ids.
    pub clock: Clock,
    /// Where poison records go.
    pub failures: FailureQueue,
    /// The bucket of images.
    pub bucket: Bucket,
}

/// Processes a batch of the stream's records, in order.
pub async fn handle(projector: &Projector, event: Event) -> DynamoDbEventResponse {
    let records = Record::decode(event);
    let new_words = digests::NewWords::of_batch(&records);
    let process = async |change: &Change| {
        projector.process(change).await?;
        new_words.add_to_digest(&projector.table, change).await
    };
    batch::process(NAME, &records, &projector.failures, OnTransientFailure::StopBatch, process).await
}

impl Projector {
    async fn process(&self, change: &Change) -> Result<(), StoreError> {
        match change {
            Change::Conversation(change) => self.process_conversation(change).await,
            Change::Encounter { id, lock_changed: true } => {
                let conversation = self.table.conversation_of(*id).await?;
                self.table.sync_locks(conversation).await
            }
            Change::RemovedAttachment { conversation, id, claimed: false } => {
                let place = ObjectLocation { conversation: *conversation, attachment: *id };
                self.bucket.remove_images(place).await.map_err(|error| match error {
                    BucketError::Refused(reason) => StoreError::Refused(reason),
                    BucketError::Busy(reason) => StoreError::Busy(reason),
                })
            }
            // An order or a document changes an encounter without its lock; a claimed image stays.
            Change::Encounter { .. } | Change::RemovedAttachment { .. } | Change::NewEntry { .. } | Change::Other => {
                Ok(())
            }
        }
    }

    /// An answer of staff changes neither locks nor tasks.
    async fn process_conversation(&self, change: &ConversationChange) -> Result<(), StoreError> {
        if change.lock_changed {
            self.table.sync_locks(change.id).await?;
        }
        if change.lock_changed || change.patient_wrote {
            let new_id = TaskId::new(self.clock.id());
            let changed = self.table.sync_tasks(change.id, &self.settings, self.clock.now(), new_id).await?;
            if changed.opened || changed.completed {
                tracing::info!(opened = changed.opened, completed = changed.completed, "task");
            }
        }
        Ok(())
    }
}

/// Runs the function.
pub fn run() {
    telemetry::init();
    serve::block_on(async {
        let config = Config::from_env(Needs { failure_queue: true, bucket: true, ..Needs::default() })?;
        let aws = aws::connection()?;
        let projector = Projector {
            table: Table::new(aws_sdk_dynamodb::Client::new(&aws), &config.table_name),
            settings: CachedSettings::default(),
            clock: Clock::system(),
            failures: deps::failures(&config, &aws),
            bucket: deps::bucket(&config, &aws),
        };
        let projector = &projector;
        lambda_runtime::run(service_fn(|event: LambdaEvent<Event>| async move {
            Ok::<_, lambda_runtime::Error>(handle(projector, event.payload).await)
        }))
        .await
    });
}
