//! SNS topics: one for each user who wants notifications, named by a random id, and one for each pool.

use std::fmt::Write as _;

use aws_sdk_sns::Client;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use sha2::{Digest as _, Sha256};

use super::error::NotificationError;
use super::texts::Message;
use crate::lazy::Lazy;
use domain::contact::{Channel, Contact, ContactError};

/// The topics of a deployment.
#[derive(Debug)]
pub struct Topics {
    client: Lazy<Client>,
    arn_prefix: String,
    key_arn: Option<String>,
}

/// The result of publishing a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// SNS accepted it and delivers it to all confirmed subscriptions.
    Sent,
    /// The topic does not exist: nobody is subscribed.
    NoTopic,
}

/// The protocol of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Protocol {
    Email,
    Sms,
}

/// A subscription of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subscription {
    pub(super) protocol: Protocol,
    pub(super) endpoint: String,
    /// Its ARN, once it is confirmed.
    pub(super) arn: Option<String>,
}

impl Protocol {
    const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}

/// The subscriptions that a contact should have.
pub(super) fn endpoints(contact: &Contact) -> impl Iterator<Item = (Protocol, &str)> {
    let email = contact.email.as_ref().map(|email| (Protocol::Email, email.as_str()));
    email.into_iter().chain(contact.sms.as_ref().map(|number| (Protocol::Sms, number.as_str())))
}

impl Topics {
    /// The topics whose ARNs start with `arn_prefix`. New ones are encrypted with the KMS key, if given.
    pub fn new(client: Lazy<Client>, arn_prefix: impl Into<String>, key_arn: Option<String>) -> Self {
        Self { client, arn_prefix: arn_prefix.into(), key_arn }
    }

    /// Publishes a notification.
    pub async fn publish(&self, channel: &Channel, message: &Message) -> Result<Published, NotificationError> {
        let request = self.client.publish().topic_arn(self.arn(channel)).subject(&message.subject);
        let request = request.message_structure("json").message(message.by_protocol());
        match request.send().await {
            Ok(_) => Ok(Published::Sent),
            Err(error) if is_missing(&error) => Ok(Published::NoTopic),
            Err(error) => Err(refused(&error)),
        }
    }

    /// Lists a topic's subscriptions by email and SMS. Returns `None` if the topic does not exist.
    pub(super) async fn subscriptions(
        &self,
        channel: &Channel,
    ) -> Result<Option<Vec<Subscription>>, NotificationError> {
        let mut listed = Vec::new();
        let mut next = None;
        loop {
            let request = self.client.list_subscriptions_by_topic().topic_arn(self.arn(channel)).set_next_token(next);
            let page = match request.send().await {
                Ok(page) => page,
                Err(error) if is_missing(&error) => return Ok(None),
                Err(error) => return Err(refused(&error)),
            };
            listed.extend(page.subscriptions.unwrap_or_default().into_iter().filter_map(subscription));
            next = page.next_token;
            if next.is_none() {
                return Ok(Some(listed));
            }
        }
    }

    /// Creates a topic.
    pub(super) async fn create(&self, channel: &Channel) -> Result<(), NotificationError> {
        let arn = self.arn(channel);
        let name = arn.rsplit(':').next().unwrap_or_default();
        let mut request = self.client.create_topic().name(name);
        if let Some(key) = &self.key_arn {
            request = request.attributes("KmsMasterKeyId", key);
        }
        request.send().await.map(|_| ()).map_err(|error| refused(&error))
    }

    /// Deletes a topic with all its subscriptions, if it exists.
    pub(super) async fn delete(&self, channel: &Channel) -> Result<(), NotificationError> {
        match self.client.delete_topic().topic_arn(self.arn(channel)).send().await {
            Ok(_) => Ok(()),
            Err(error) if is_missing(&error) => Ok(()),
            Err(error) => Err(refused(&error)),
        }
    }

    /// Subscribes an endpoint, unless it is subscribed. SNS sends a confirmation request to email addresses.
    pub(super) async fn subscribe(
        &self,
        channel: &Channel,
        protocol: Protocol,
        endpoint: &str,
    ) -> Result<(), NotificationError> {
        let request = self.client.subscribe().topic_arn(self.arn(channel));
        match request.protocol(protocol.name()).endpoint(endpoint).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("InvalidParameter") => Err(NotificationError::Address(match protocol {
                Protocol::Email => ContactError::Email,
                Protocol::Sms => ContactError::MobileNumber,
            })),
            Err(error) if is_missing(&error) => Err(NotificationError::Busy("the topic was just deleted".into())),
            Err(error) => Err(refused(&error)),
        }
    }

    /// Removes a confirmed subscription, if it exists.
    pub(super) async fn unsubscribe(&self, arn: &str) -> Result<(), NotificationError> {
        match self.client.unsubscribe().subscription_arn(arn).send().await {
            Ok(_) => Ok(()),
            Err(error) if is_missing(&error) => Ok(()),
            Err(error) => Err(refused(&error)),
        }
    }

    /// The ARN of a topic. The names of pools are hashed: they may contain names of people.
    fn arn(&self, channel: &Channel) -> String {
        match channel {
            Channel::Person(id) => format!("{}p-{}", self.arn_prefix, id.0.hyphenated()),
            Channel::Pool(pool) => {
                let hash = Sha256::digest(pool.as_bytes()).iter().take(16).fold(String::new(), |mut hash, byte| {
                    let _ = write!(hash, "{byte:02x}");
                    hash
                });
                format!("{}pool-{hash}", self.arn_prefix)
            }
        }
    }
}

/// Converts a subscription, if it is by email or SMS.
fn subscription(listed: aws_sdk_sns::types::Subscription) -> Option<Subscription> {
    let protocol =
        [Protocol::Email, Protocol::Sms].into_iter().find(|ours| listed.protocol.as_deref() == Some(ours.name()))?;
    // Unconfirmed subscriptions have `PendingConfirmation` in place of an ARN.
    let arn = listed.subscription_arn.filter(|arn| arn.starts_with("arn:"));
    Some(Subscription { protocol, endpoint: listed.endpoint?, arn })
}

fn is_missing<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    matches!(error, SdkError::ServiceError(service) if matches!(service.err().code(), Some("NotFound" | "NotFoundException")))
}

/// Classifies an SDK error as transient or rejected. The result contains no values of the request.
fn refused<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> NotificationError {
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            NotificationError::Busy("connection failed".into())
        }
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("unknown error").to_owned();
            match code.as_str() {
                "Throttled"
                | "Throttling"
                | "ThrottledException"
                | "ThrottlingException"
                | "InternalError"
                | "InternalErrorException"
                | "InternalFailure"
                | "KMSThrottling"
                | "KMSThrottlingException"
                | "ServiceUnavailable"
                | "RequestLimitExceeded"
                | "ConcurrentAccess"
                | "ConcurrentAccessException" => NotificationError::Busy(code),
                _ => NotificationError::Refused(code),
            }
        }
        _ => NotificationError::Refused("the request could not be built".into()),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::lazy::lazy;
    use domain::contact::TopicId;

    #[test]
    fn topic_names_contain_no_personal_data() {
        let config = aws_sdk_sns::Config::builder().behavior_version(aws_sdk_sns::config::BehaviorVersion::latest());
        let topics = Topics::new(
            lazy(|| Client::from_conf(config.build())),
            "arn:aws:sns:eu-west-1:1:portal-messaging-x-",
            None,
        );
        let person = topics.arn(&Channel::Person(TopicId(Uuid::from_u128(7))));
        assert_eq!(person, "arn:aws:sns:eu-west-1:1:portal-messaging-x-p-00000000-0000-0000-0000-000000000007");
        let pool = topics.arn(&Channel::Pool("Dr. Clara's".into()));
        let name = pool.rsplit(':').next().unwrap();
        assert!(name.starts_with("portal-messaging-x-pool-") && name.len() == 24 + 32, "{name}");
        assert!(!name.contains("Clara") && pool != topics.arn(&Channel::Pool("clinic".into())));
    }
}
