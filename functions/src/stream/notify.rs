//! The stream's second consumer: notifies people of new messages.
//!
//! A record only says that one side wrote. Whom to notify is decided from the items as they are, so records may come
//! twice, late or in any order. A notification is published before its watermark is stored: where a function dies in between,
//! someone is notified twice rather than never. See docs/decisions/0010-notifications.md.

use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use domain::contact::Channel;
use domain::conversation::Conversation;
use domain::ids::{EntryNumber, UserId};
use domain::person::Side;
use futures::future::join_all;
use lambda_runtime::{LambdaEvent, service_fn};
use shared::config::{Config, Needs, TopicUse};
use shared::notifications::{NotificationError, Published, Texts, Topics};
use shared::store::stream::{Change, Follows, Record};
use shared::store::{CachedSettings, StoreError, Table};
use shared::telemetry;

use crate::runtime::aws;
use crate::runtime::deps::{self, Clock};
use crate::runtime::failure_queue::FailureQueue;
use crate::runtime::serve;
use crate::stream::batch::{self, Failure, OnTransientFailure};

/// This function's name.
pub const NAME: &str = "notify";

/// The changes that it follows.
pub const FOLLOWS: &[Follows] = &[Follows::Conversation];

/// What the function works with.
#[derive(Debug)]
pub struct Notifier {
    /// The table.
    pub table: Table,
    /// The settings, which name the pool that questions go to.
    pub settings: CachedSettings,
    /// The time.
    pub clock: Clock,
    /// The topics.
    pub topics: Topics,
    /// The texts of notifications.
    pub texts: Texts,
    /// Where poison records go.
    pub failures: FailureQueue,
}

/// Someone to notify: the patient's user or, without a user, the staff's pool.
struct Recipient<'a> {
    side: Side,
    user: Option<&'a UserId>,
    /// How far they have read.
    cursor: EntryNumber,
    channel: &'a Channel,
}

impl Failure for NotificationError {
    fn is_transient(&self) -> bool {
        Self::is_transient(self)
    }
}

/// Processes a batch of the stream's records. No record depends on another.
pub async fn handle(notifier: &Notifier, event: Event) -> DynamoDbEventResponse {
    let records = Record::decode(event);
    let process = async |change: &Change| notifier.process(change).await;
    batch::process(NAME, &records, &notifier.failures, OnTransientFailure::Continue, process).await
}

impl Notifier {
    async fn process(&self, change: &Change) -> Result<(), NotificationError> {
        let Change::Conversation(change) = change else { return Ok(()) };
        if !change.patient_wrote && !change.staff_wrote {
            return Ok(());
        }
        let head = self.table.conversation(change.id).await?;
        let head = head.ok_or_else(|| StoreError::Corrupt("the conversation does not exist".into()))?;
        if change.patient_wrote {
            self.notify_pool(&head).await?;
        }
        if change.staff_wrote {
            self.notify_patient(&head).await?;
        }
        Ok(())
    }

    /// Notifies everybody who signs in for the patient, each by how far they have read themselves.
    async fn notify_patient(&self, head: &Conversation) -> Result<(), NotificationError> {
        let recipients = self.table.recipients_of_patient(head.patient_id).await?;
        let notified = recipients.iter().map(async |(user, channel)| {
            let cursor = self.table.read_cursor(head.patient_id, user, head.id).await?;
            self.notify(head, Recipient { side: Side::Patient, user: Some(user), cursor, channel }).await
        });
        worst(join_all(notified).await)
    }

    /// Notifies the pool that questions go to.
    async fn notify_pool(&self, head: &Conversation) -> Result<(), NotificationError> {
        let pool = self.settings.get(&self.table, self.clock.now()).await?.tasking.pool;
        let (cursor, channel) = (head.pool_cursor(), &Channel::Pool(pool));
        self.notify(head, Recipient { side: Side::Staff, user: None, cursor, channel }).await
    }

    async fn notify(&self, head: &Conversation, to: Recipient<'_>) -> Result<(), NotificationError> {
        let watermark = self.table.notification_watermark(head.id, to.user).await?;
        let Some(decision) = head.decide_notification(to.side, to.cursor, watermark) else { return Ok(()) };
        if let Some(notification) = decision.notification {
            match self.topics.publish(to.channel, self.texts.of(notification)).await? {
                Published::Sent => tracing::info!(to = ?notification.to, "notice"),
                // The watermark stays: whoever subscribes later is notified of the next message.
                Published::NoTopic => return Ok(()),
            }
        }
        Ok(self.table.raise_notification_watermark(head.id, to.user, decision.up_to).await?)
    }
}

/// One failure for all recipients, a transient one if there is any, so that the record is tried again.
fn worst(outcomes: Vec<Result<(), NotificationError>>) -> Result<(), NotificationError> {
    let mut failures: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    failures.sort_by_key(NotificationError::is_transient);
    failures.pop().map_or(Ok(()), Err)
}

/// Runs the function.
pub fn run() {
    telemetry::init();
    serve::block_on(async {
        let needs = Needs { failure_queue: true, topics: TopicUse::Publish, ..Needs::default() };
        let config = Config::from_env(needs)?;
        let aws = aws::connection()?;
        let notifications = &config.notifications;
        let notifier = Notifier {
            table: Table::new(aws_sdk_dynamodb::Client::new(&aws), &config.table_name),
            settings: CachedSettings::default(),
            clock: Clock::system(),
            topics: deps::topics(&config, &aws),
            texts: Texts::new(notifications.texts.as_deref(), &notifications.portal_url, &notifications.clinic_url)?,
            failures: deps::failures(&config, &aws),
        };
        let notifier = &notifier;
        lambda_runtime::run(service_fn(|event: LambdaEvent<Event>| async move {
            Ok::<_, lambda_runtime::Error>(handle(notifier, event.payload).await)
        }))
        .await
    });
}
