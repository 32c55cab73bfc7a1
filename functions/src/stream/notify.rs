//! The stream's second consumer: tells those who are not looking that there is news.
//!
//! A record only says that one side wrote; whom to tell is decided from the items as they stand, so records may
//! come twice, late or in any order. A notice is published first and kept as decided then: where a function
//! dies in between, someone is told twice rather than never. See docs/decisions/0010-notifications.md.

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::DynamoDbEventResponse;
use domain::contact::Channel;
use domain::conversation::Conversation;
use domain::entry::Number;
use domain::ids::{ConversationId, UserId};
use domain::person::Side;
use futures::future::join_all;
use lambda_runtime::{LambdaEvent, service_fn};
use shared::config::{Config, Needs, TopicUse};
use shared::notifications::{NotificationError, Published, Texts, Topics};
use shared::store::changes::Follows;
use shared::store::{CachedSettings, StoreError, Table, schema};
use shared::telemetry;

use crate::runtime::aws;
use crate::runtime::deps::{self, Clock};
use crate::runtime::failure_queue::FailureQueue;
use crate::runtime::serve;
use crate::stream::batch::{self, Behind, Failure, changed};

/// This function's name.
pub const NAME: &str = "notify";

/// The changes that it is fed.
pub const FOLLOWS: &[Follows] = &[Follows::ConversationHead];

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
    /// What notices say.
    pub texts: Texts,
    /// Where poison records go.
    pub failures: FailureQueue,
}

impl Failure for NotificationError {
    fn is_passing(&self) -> bool {
        Self::is_passing(self)
    }
}

/// Processes a batch of the stream's records. None of them waits for another one's failure.
pub async fn handle(notifier: &Notifier, event: Event) -> DynamoDbEventResponse {
    let process = async |record: &EventRecord| notifier.process(record).await;
    batch::process(NAME, &event, &notifier.failures, Behind::GoesOn, process).await
}

impl Notifier {
    async fn process(&self, record: &EventRecord) -> Result<(), NotificationError> {
        let Some((id, wrote)) = subject(record)? else { return Ok(()) };
        let head = self.table.conversation(id).await?;
        let head = head.ok_or_else(|| StoreError::Corrupt("the conversation does not exist".into()))?;
        for side in wrote {
            match side {
                Side::Staff => self.tell_patient(&head).await?,
                Side::Patient => self.tell_pool(&head).await?,
            }
        }
        Ok(())
    }

    /// Tells everybody who signs in for the patient, each by how far they have read themselves.
    async fn tell_patient(&self, head: &Conversation) -> Result<(), NotificationError> {
        let recipients = self.table.recipients_of_patient(head.patient_id).await?;
        let told = recipients.iter().map(async |(user, channel)| {
            let cursor = self.table.read_cursor(head.patient_id, user, head.id).await?;
            self.tell(head, Side::Patient, Some(user), cursor, channel).await
        });
        worst(join_all(told).await)
    }

    /// Tells the pool that questions go to.
    async fn tell_pool(&self, head: &Conversation) -> Result<(), NotificationError> {
        let pool = self.settings.get(&self.table, self.clock.now()).await?.tasking.pool;
        self.tell(head, Side::Staff, None, head.read_by_pool(), &Channel::Pool(pool)).await
    }

    async fn tell(
        &self,
        head: &Conversation,
        side: Side,
        user: Option<&UserId>,
        cursor: Number,
        channel: &Channel,
    ) -> Result<(), NotificationError> {
        let decided = self.table.noticed(head.id, user).await?;
        let Some(decision) = head.decide_notice(side, cursor, decided) else { return Ok(()) };
        if let Some(notice) = decision.notice {
            match self.topics.publish(channel, self.texts.of(notice)).await? {
                Published::Sent => tracing::info!(to = ?notice.to, "notice"),
                // Not kept: who subscribes later is told of what they find unread then.
                Published::Nobody => return Ok(()),
            }
        }
        Ok(self.table.keep_noticed(head.id, user, decision.up_to).await?)
    }
}

/// What several recipients came to, each tried: a failure that passes, so that all are tried again, or another one.
fn worst(outcomes: Vec<Result<(), NotificationError>>) -> Result<(), NotificationError> {
    let mut failures: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    failures.sort_by_key(NotificationError::is_passing);
    failures.pop().map_or(Ok(()), Err)
}

/// The conversation of a record and the sides that wrote in it; nothing where nobody did.
fn subject(record: &EventRecord) -> Result<Option<(ConversationId, Vec<Side>)>, StoreError> {
    let (pk, sk) = batch::key_of(record)?;
    if record.event_name == "REMOVE" || sk != schema::HEAD {
        return Ok(None);
    }
    let wrote = [("lastPatient", Side::Patient), ("lastStaff", Side::Staff)];
    let wrote: Vec<Side> = wrote.into_iter().filter(|(name, _)| changed(record, name)).map(|(_, side)| side).collect();
    if wrote.is_empty() { Ok(None) } else { Ok(Some((batch::conversation_of(&pk)?, wrote))) }
}

/// Runs the function.
pub fn run() {
    telemetry::init();
    serve::block_on(async {
        let needs = Needs { failure_queue: true, topics: TopicUse::Publishes, ..Needs::default() };
        let config = Config::from_env(needs)?;
        let aws = aws::connection()?;
        let notices = &config.notices;
        let notifier = Notifier {
            table: Table::new(aws_sdk_dynamodb::Client::new(&aws), &config.table_name),
            settings: CachedSettings::default(),
            clock: Clock::system(),
            topics: deps::topics(&config, &aws),
            texts: Texts::new(notices.texts.as_deref(), &notices.portal_url, &notices.clinic_url)?,
            failures: deps::failures(&config, &aws),
        };
        let notifier = &notifier;
        lambda_runtime::run(service_fn(|event: LambdaEvent<Event>| async move {
            Ok::<_, lambda_runtime::Error>(handle(notifier, event.payload).await)
        }))
        .await
    });
}
