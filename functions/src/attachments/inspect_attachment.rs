//! What follows from an uploaded object: its inspection, the clean image and thumbnail, and the end of the upload.
//!
//! Lambda calls it asynchronously, perhaps twice, and calls it again where it fails: twice more, then the event goes to
//! the failure queue. So it decides from the attachment as it stands: what was settled before, or was never announced,
//! or is no longer waited for, is removed and nothing else. An upload goes only after its attachment is settled.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use aws_lambda_events::s3::S3Event;
use domain::attachment::{AttachmentState, DeclaredUpload, RejectionReason};
use lambda_runtime::{LambdaEvent, service_fn};
use shared::attachments::{Bucket, BucketError, ObjectLocation, Upload, inspect};
use shared::config::{Config, Needs};
use shared::store::{CachedSettings, Settled, StoreError, Table};
use shared::telemetry;

use crate::runtime::aws;
use crate::runtime::deps::{self, Clock};
use crate::runtime::serve;

/// This function's name.
pub const NAME: &str = "inspect-attachment";

/// What the function works with.
#[derive(Debug)]
pub struct Inspector {
    /// The table.
    pub table: Table,
    /// The settings, which say what types are taken.
    pub settings: CachedSettings,
    /// The time.
    pub clock: Clock,
}

/// Why an inspection could not be made now. Names no content.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The table's fault.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bucket's fault.
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// The event's fault.
    #[error("{0}")]
    Event(&'static str),
}

/// Inspects what an event tells of; `bucket` gives the bucket that it names.
pub async fn handle(inspector: &Inspector, bucket: impl Fn(&str) -> Bucket, event: S3Event) -> Result<(), Failure> {
    for record in event.records {
        let name = record.s3.bucket.name.as_deref().ok_or(Failure::Event("an event names no bucket"))?;
        let key = record.s3.object.key.as_deref().ok_or(Failure::Event("an event names no object"))?;
        let place = ObjectLocation::of_upload(key).ok_or(Failure::Event("an object's key names no attachment"))?;
        inspector.process(&bucket(name), place).await?;
    }
    Ok(())
}

impl Inspector {
    async fn process(&self, bucket: &Bucket, place: ObjectLocation) -> Result<(), Failure> {
        let found = self.table.attachment(place.conversation, place.attachment).await?;
        if let Some(AttachmentState::Pending(declared)) = found.map(|found| found.value.state) {
            let state = self.inspected(bucket, place, declared).await?;
            match self.table.settle_attachment(place.conversation, place.attachment, state).await? {
                Settled::Now => log(place, state),
                Settled::Before => {}
                Settled::Gone => bucket.remove_images(place).await?,
            }
        }
        Ok(bucket.remove_upload(place).await?)
    }

    async fn inspected(
        &self,
        bucket: &Bucket,
        place: ObjectLocation,
        declared: DeclaredUpload,
    ) -> Result<AttachmentState, Failure> {
        let Upload::Bytes(bytes) = bucket.upload(place, declared.size).await? else {
            return Ok(AttachmentState::Rejected(RejectionReason::TooLarge));
        };
        let settings = self.settings.get(&self.table, self.clock.now()).await?.attachments;
        let inspected = catch_unwind(AssertUnwindSafe(|| inspect(&bytes, |taken| taken.is_allowed(&settings))));
        drop(bytes);
        // A decoder that panics has met an image that it should have called damaged.
        match inspected.unwrap_or(Err(RejectionReason::Damaged)) {
            Ok(inspected) => {
                let facts = inspected.facts;
                bucket.store(place, inspected).await?;
                Ok(AttachmentState::Ready(facts))
            }
            Err(reason) => Ok(AttachmentState::Rejected(reason)),
        }
    }
}

fn log(place: ObjectLocation, state: AttachmentState) {
    let attachment = place.attachment.to_string();
    match state {
        AttachmentState::Pending(_) => {}
        AttachmentState::Ready(image) => tracing::info!(attachment, size = image.size, "an image is ready"),
        AttachmentState::Rejected(reason) => tracing::info!(attachment, ?reason, "an image is rejected"),
    }
}

/// Runs the function.
pub fn run() {
    telemetry::init();
    serve::block_on(async {
        let config = Config::from_env(Needs::default())?;
        let aws = aws::connection_within(Duration::from_secs(8), Duration::from_secs(20))?;
        let inspector = Inspector {
            table: Table::new(aws_sdk_dynamodb::Client::new(&aws), &config.table_name),
            settings: CachedSettings::default(),
            clock: Clock::system(),
        };
        // The event names the bucket: the stack can't tell the function, because the bucket is made after it.
        let bucket = |name: &str| deps::bucket(&Config { bucket_name: name.to_owned(), ..config.clone() }, &aws);
        let (inspector, bucket) = (&inspector, &bucket);
        lambda_runtime::run(service_fn(|event: LambdaEvent<S3Event>| async move {
            handle(inspector, bucket, event.payload).await.map_err(|failure| {
                tracing::error!(reason = %failure, "an inspection failed");
                lambda_runtime::Error::from(failure.to_string())
            })
        }))
        .await
    });
}
