//! What handlers work with, built once at the start and borrowed by every request.

use aws_types::SdkConfig;
use domain::audit::{Action, Agent, Entity, RecordedReads};
use domain::ids::{AuditEventId, PatientId};
use domain::person::Caller;
use domain::settings::Settings;
use jiff::{Timestamp, Unit};
use lambda_http::Request;
use shared::attachments::Bucket;
use shared::config::Config;
use shared::http::cursor::Cursors;
use shared::http::problem::ApiError;
use shared::http::{gateway, request};
use shared::identity::Identity;
use shared::lazy::lazy;
use shared::notifications::{Subscriptions, Topics};
use shared::store::{CachedSettings, Table};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::runtime::failure_queue::FailureQueue;

/// The dependencies of a handler.
#[derive(Debug)]
pub struct Deps {
    /// The table.
    pub table: Table,
    /// The settings, as a warm function keeps them; ask [`Deps::settings`].
    pub cached_settings: CachedSettings,
    /// Who calls.
    pub identity: Identity,
    /// Page cursors.
    pub cursors: Cursors,
    /// Subscriptions to notifications.
    pub topics: Topics,
    /// The time and new ids.
    pub clock: Clock,
    /// What staff have read of late and is in the access log; ask [`Deps::record_read`].
    pub recorded_reads: Mutex<RecordedReads>,
}

impl Deps {
    /// Connects to what the configuration names. Nothing is called before it is needed.
    pub fn new(config: &Config, aws: &SdkConfig) -> Self {
        Self {
            table: Table::new(aws_sdk_dynamodb::Client::new(aws), &config.table_name)
                .keeping_access_log(config.access_log_days),
            cached_settings: CachedSettings::default(),
            identity: Identity::new(config.issuer.clone()),
            cursors: cursors(config, aws),
            topics: topics(config, aws),
            clock: Clock::system(),
            recorded_reads: Mutex::default(),
        }
    }

    /// Who calls.
    pub async fn caller(&self, request: &Request) -> Result<Caller, ApiError> {
        Ok(self.identity.caller(request::authorization(request)).await?)
    }

    /// The settings, at most half a minute old.
    pub async fn settings(&self) -> Result<Settings, ApiError> {
        Ok(self.cached_settings.get(&self.table, self.clock.now()).await?)
    }

    /// Contact preferences with their subscriptions.
    pub const fn subscriptions(&self) -> Subscriptions<'_> {
        Subscriptions { table: &self.table, topics: &self.topics }
    }

    /// The staff member to audit; none for patients.
    pub fn agent(&self, request: &Request, caller: &Caller) -> Option<Agent> {
        let id = AuditEventId::new(self.clock.id());
        Agent::staff(caller.person(), gateway::source(request), self.clock.now(), id)
    }

    /// Records what a staff member reads of a patient's, before it is answered; once in a quarter of an hour.
    pub async fn record_read(
        &self,
        agent: Option<Agent>,
        patient: PatientId,
        action: Action,
        entity: Entity,
    ) -> Result<(), ApiError> {
        let Some(agent) = agent else { return Ok(()) };
        let event = agent.read(patient, action, entity);
        if !self.recorded_reads.lock().await.contains(&event) {
            self.table.record_event(Some(&event)).await?;
            self.recorded_reads.lock().await.insert(&event);
        }
        Ok(())
    }

    /// Who calls, if their role takes part in conversations. Others learn nothing of what exists.
    pub async fn participant(&self, request: &Request) -> Result<Caller, ApiError> {
        let caller = self.caller(request).await?;
        caller.must_be_participant()?;
        Ok(caller)
    }
}

fn cursors(config: &Config, aws: &SdkConfig) -> Cursors {
    let aws = aws.clone();
    Cursors::new(lazy(move || aws_sdk_secretsmanager::Client::new(&aws)), &config.cursor_secret_arn)
}

/// The topics of notifications.
pub fn topics(config: &Config, aws: &SdkConfig) -> Topics {
    let aws = aws.clone();
    Topics::new(lazy(move || aws_sdk_sns::Client::new(&aws)), &config.topic_arn_prefix, config.topic_key_arn.clone())
}

/// The queue for records that can never be processed.
pub fn failures(config: &Config, aws: &SdkConfig) -> FailureQueue {
    let aws = aws.clone();
    FailureQueue::new(lazy(move || aws_sdk_sqs::Client::new(&aws)), &config.failure_queue_url)
}

/// The bucket of images. Off AWS, where an endpoint is named, it is a part of addresses' paths.
pub fn bucket(config: &Config, aws: &SdkConfig) -> Bucket {
    let connection = aws_sdk_s3::config::Builder::from(aws);
    let (public, in_path) = (config.public_s3_endpoint.as_deref(), aws.endpoint_url().is_some());
    Bucket::new(connection, &config.bucket_name, public, in_path)
}

/// Where the time and new ids come from, so that tests decide them.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    now: fn() -> Timestamp,
    id: fn() -> Uuid,
}

impl Clock {
    /// The system's time, and ids made from it (UUID version 7, RFC 9562).
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn system() -> Self {
        Self { now: Timestamp::now, id: Uuid::now_v7 }
    }

    /// A clock of one's own.
    pub const fn new(now: fn() -> Timestamp, id: fn() -> Uuid) -> Self {
        Self { now, id }
    }

    /// Now, in whole milliseconds: what is stored is what is shown.
    pub fn now(&self) -> Timestamp {
        let now = (self.now)();
        now.round(Unit::Millisecond).unwrap_or(now)
    }

    /// A new id.
    pub fn id(&self) -> Uuid {
        (self.id)()
    }
}
