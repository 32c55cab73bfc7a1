//! The published notifications, received by a queue that is subscribed to all their topics.

use std::time::Duration;

use serde_json::json;

use crate::deployment::Deployment;
use crate::{aws, tokens};

/// Who is told of news during the tests, and where.
pub const CONTACTS: [(&str, &str, &str); 3] = [
    ("patient-a", "ana.everyday@example.org", "+14155550111"),
    ("patient-b", "ben.everyday@example.org", "+14155550112"),
    ("clinician-a", "clara.everyday@example.org", "+14155550113"),
];

/// Keeps everything that is published during the tests, for the test of privacy.
pub const KEPT: &str = "kept";

/// A queue that is subscribed to topics.
#[derive(Debug)]
pub struct Published {
    sns: aws_sdk_sns::Client,
    sqs: aws_sdk_sqs::Client,
    topic_prefix: String,
    url: String,
    arn: String,
}

/// Lets everybody be told, and keeps what they are told.
pub async fn everybody_listens(stack: &Deployment) {
    for (account, email, sms) in CONTACTS {
        let contact = json!({"email": email, "sms": sms});
        stack.bearer(&tokens::of(stack, account).await).put("/me/notifications", &contact).await.expect(200);
    }
    Published::by(stack, KEPT).await.listen().await;
}

impl Published {
    /// A queue by its name, made if need be.
    pub async fn by(stack: &Deployment, name: &str) -> Self {
        let config = aws::as_root(stack).await;
        let (sns, sqs) = (aws_sdk_sns::Client::new(&config), aws_sdk_sqs::Client::new(&config));
        let name = format!("{}-tests-{name}", stack.description().stack_name);
        let url = sqs.create_queue().queue_name(&name).send().await.expect("a queue").queue_url.expect("its URL");
        let arn = aws_sdk_sqs::types::QueueAttributeName::QueueArn;
        let attributes = sqs.get_queue_attributes().queue_url(&url).attribute_names(arn.clone()).send().await;
        let arn = attributes.expect("attributes").attributes.expect("attributes").remove(&arn).expect("its ARN");
        // Whoever may publish to a topic of this account may fill the queue.
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
        }]});
        let allow = sqs.set_queue_attributes().queue_url(&url);
        let allow = allow.attributes(aws_sdk_sqs::types::QueueAttributeName::Policy, policy.to_string());
        allow.send().await.expect("the queue's policy");
        let topic_prefix = aws::function(stack, "notify").await.variable("TOPIC_ARN_PREFIX").to_owned();
        Self { sns, sqs, topic_prefix, url, arn }
    }

    /// Subscribes the queue to all topics that exist.
    pub async fn listen(&self) {
        for arn in self.topics().await {
            self.listen_to(&arn).await;
        }
    }

    /// The existing topics of notifications.
    async fn topics(&self) -> Vec<String> {
        let mut topics = self.sns.list_topics().into_paginator().items().send();
        let mut own = Vec::new();
        while let Some(topic) = topics.next().await {
            let arn = topic.expect("topics").topic_arn.expect("an ARN");
            own.extend(arn.starts_with(&self.topic_prefix).then_some(arn));
        }
        own
    }

    /// Subscribes the queue to one topic.
    pub async fn listen_to(&self, topic_arn: &str) {
        let subscribe = self.sns.subscribe().topic_arn(topic_arn).protocol("sqs").endpoint(&self.arn);
        subscribe.send().await.expect("the queue is subscribed");
    }

    /// What is subscribed to a topic by email and SMS, as protocol and endpoint.
    pub async fn told_by(&self, topic_arn: &str) -> Vec<(String, String)> {
        let listed = self.sns.list_subscriptions_by_topic().topic_arn(topic_arn).send().await.expect("subscriptions");
        let own = listed.subscriptions.unwrap_or_default().into_iter();
        let mut told: Vec<(String, String)> = own
            .map(|own| (own.protocol.unwrap_or_default(), own.endpoint.unwrap_or_default()))
            .filter(|(protocol, _)| protocol != "sqs")
            .collect();
        told.sort();
        told
    }

    /// The topics that tell an email or a number. Some emulators list subscriptions of topics that are gone.
    pub async fn topics_of(&self, endpoint: &str) -> Vec<String> {
        let existing = self.topics().await;
        let mut subscriptions = self.sns.list_subscriptions().into_paginator().items().send();
        let mut topics = Vec::new();
        while let Some(own) = subscriptions.next().await {
            let own = own.expect("subscriptions");
            let topic = own.topic_arn.expect("an ARN");
            if own.endpoint.as_deref() == Some(endpoint) && existing.contains(&topic) {
                topics.push(topic);
            }
        }
        topics
    }

    /// What is in the queue. It stays there for whoever looks later, unseen for a moment, so that none is seen twice.
    pub async fn kept(&self) -> Vec<String> {
        self.receive(false).await
    }

    /// What came since the last time, taken from the queue.
    pub async fn payloads(&self) -> Vec<String> {
        self.receive(true).await
    }

    async fn receive(&self, take: bool) -> Vec<String> {
        let mut payloads = Vec::new();
        loop {
            let receive = self.sqs.receive_message().queue_url(&self.url).max_number_of_messages(10);
            let received = receive.visibility_timeout(10).send().await.expect("the queue answers");
            let received = received.messages.unwrap_or_default();
            if received.is_empty() {
                return payloads;
            }
            for message in received {
                if take {
                    let handle = message.receipt_handle.expect("a receipt handle");
                    let delete = self.sqs.delete_message().queue_url(&self.url).receipt_handle(handle);
                    delete.send().await.expect("deleted");
                }
                payloads.extend(message.body);
            }
        }
    }

    /// What came, and what still comes until nothing has come for a while.
    pub async fn settled(&self, quiet: Duration) -> Vec<String> {
        let mut all = self.payloads().await;
        loop {
            tokio::time::sleep(quiet).await;
            let more = self.payloads().await;
            if more.is_empty() {
                return all;
            }
            all.extend(more);
        }
    }
}
