//! The stream's first consumer: what follows from a changed conversation or encounter, or from a new message.
//!
//! A patient's unanswered message opens the one task; closing completes it; conversation and encounter
//! follow each other; what is said can be searched; what was made of an image that no message claimed in time goes
//! with it. A record only says what changed: what to do is decided from the items as they
//! stand, so records may come twice, late or in any order.

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::DynamoDbEventResponse;
use domain::ids::{ConversationId, EncounterId, TaskId};
use lambda_runtime::{LambdaEvent, service_fn};
use shared::attachments::{Bucket, BucketError, Place};
use shared::config::{Config, Needs};
use shared::store::changes::Follows;
use shared::store::{CachedSettings, StoreError, Table, schema};
use shared::telemetry;

use crate::runtime::aws;
use crate::runtime::deps::{self, Clock};
use crate::runtime::failure_queue::FailureQueue;
use crate::runtime::serve;
use crate::stream::batch::{self, Behind, changed};

mod digests;

/// This function's name.
pub const NAME: &str = "project-changes";

/// The changes that it is fed.
pub const FOLLOWS: &[Follows] =
    &[Follows::ConversationHead, Follows::Encounter, Follows::NewEntry, Follows::AttachmentEnd];

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

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Conversation { id: ConversationId, lock_changed: bool },
    Encounter(EncounterId),
    UnclaimedImage(Place),
}

/// Processes a batch of the stream's records, in order.
pub async fn handle(projector: &Projector, event: Event) -> DynamoDbEventResponse {
    let said = digests::Said::in_batch(&event);
    let process = async |record: &EventRecord| {
        projector.process(record).await?;
        said.keep(&projector.table, record).await
    };
    batch::process(NAME, &event, &projector.failures, Behind::Waits, process).await
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
                        let tasking = self.settings.get(&self.table, self.clock.now()).await?.tasking;
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
    let (pk, sk) = batch::key_of(record)?;
    if record.event_name == "REMOVE" && !sk.starts_with(schema::ATTACHMENT_PREFIX) {
        return Ok(None);
    }
    match sk.as_str() {
        schema::HEAD => {
            let lock_changed = changed(record, "lockVersion");
            let asked = changed(record, "lastPatient");
            let id = batch::conversation_of(&pk)?;
            Ok((lock_changed || asked).then_some(Subject::Conversation { id, lock_changed }))
        }
        // An order or a linked document changes nothing for the conversation.
        schema::ENCOUNTER => {
            let id = EncounterId::new(batch::id_behind(schema::ENCOUNTER_PREFIX, &pk)?);
            Ok(changed(record, "changes").then_some(Subject::Encounter(id)))
        }
        attachment if record.event_name == "REMOVE" => {
            let attachment = attachment.trim_start_matches(schema::ATTACHMENT_PREFIX).parse();
            let attachment = attachment.map_err(|_| StoreError::Corrupt("a record's key names no id".into()))?;
            let place = Place { conversation: batch::conversation_of(&pk)?, attachment };
            // Attachments expire until a message claims them; nothing removes one after that.
            let claimed = record.change.old_image.get("n").is_some();
            Ok((!claimed).then_some(Subject::UnclaimedImage(place)))
        }
        _ => Ok(None),
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
