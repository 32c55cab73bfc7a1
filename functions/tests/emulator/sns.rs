//! SNS on the emulator as the functions use it: what they ask is recorded, and answers can be made to fail.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws_sdk_sns::Client;
use aws_sdk_sns::config::Builder;
use aws_sdk_sns::config::http::HttpResponse;
use aws_sdk_sns::types::Subscription;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use shared::lazy::lazy;
use shared::notifications::Topics;
use testkit::emulator::{connection, new_name};

/// A request's parameters.
pub(crate) type Asked = BTreeMap<String, String>;

/// SNS, with topics of one test alone.
#[derive(Debug, Clone)]
pub(crate) struct Sns {
    prefix: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    made: Arc<Mutex<BTreeSet<String>>>,
    trouble: Arc<Mutex<Option<Trouble>>>,
    http: reqwest::Client,
}

/// What goes wrong with SNS.
#[derive(Debug, Clone)]
pub(crate) enum Trouble {
    /// Requests with this in a parameter are throttled.
    Throttles(String),
    /// Requests with this in a parameter are invalid.
    Refuses(String),
    /// Nobody has confirmed their email yet.
    Unconfirmed,
}

impl Default for Sns {
    fn default() -> Self {
        let prefix = format!("arn:aws:sns:us-east-1:000000000000:{}-", new_name("portal-messaging"));
        Self {
            prefix,
            asked: Arc::default(),
            made: Arc::default(),
            trouble: Arc::default(),
            http: reqwest::Client::new(),
        }
    }
}

impl Sns {
    /// The topics, as functions use them.
    pub(crate) fn topics(&self) -> Topics {
        let client = self.client();
        Topics::new(lazy(|| client), &self.prefix, None)
    }

    fn client(&self) -> Client {
        let sns = self.clone();
        let config =
            Builder::from(&connection()).http_client(http_client_fn(move |_, _| SharedHttpConnector::new(sns.clone())));
        Client::from_conf(config.build())
    }

    /// From now on, this goes wrong.
    pub(crate) fn trouble(&self, trouble: impl Into<Option<Trouble>>) {
        *self.trouble.lock().unwrap() = trouble.into();
    }

    /// What was published since the last time: all parameters of each request that reached SNS.
    pub(crate) fn published(&self) -> Vec<Asked> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.retain(|asked| asked["Action"] == "Publish");
        asked
    }

    /// All subscriptions to the topics of this test, as `topic protocol endpoint`, and their ids.
    pub(crate) async fn subscriptions(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (topic, subscriptions) in self.topics_that_are().await {
            for one in subscriptions {
                let name = format!("{topic} {} {}", one.protocol.unwrap(), one.endpoint.unwrap());
                assert!(found.insert(name, one.subscription_arn.unwrap()).is_none(), "subscribed twice");
            }
        }
        found
    }

    /// What was ever made and still is, with its subscriptions. The emulator's own lists change under other tests' hands.
    async fn topics_that_are(&self) -> Vec<(String, Vec<Subscription>)> {
        let made = self.made.lock().unwrap().clone();
        let mut found = Vec::new();
        for name in made {
            let arn = format!("{}{name}", self.prefix);
            if let Ok(listed) = self.client().list_subscriptions_by_topic().topic_arn(arn).send().await {
                found.push((name, listed.subscriptions.unwrap_or_default()));
            }
        }
        found
    }

    /// The subscriptions by what they are to, without their topics.
    pub(crate) async fn told(&self) -> Vec<String> {
        let names = self.subscriptions().await.into_keys();
        let mut told: Vec<String> = names.map(|name| name.split_once(' ').unwrap().1.to_owned()).collect();
        told.sort();
        told
    }

    /// The topics of this test.
    pub(crate) async fn all_topics(&self) -> Vec<String> {
        self.topics_that_are().await.into_iter().map(|(name, _)| name).collect()
    }

    async fn send(self, request: HttpRequest) -> Result<HttpResponse, Box<dyn std::error::Error + Send + Sync>> {
        let body = request.body().bytes().unwrap_or_default().to_vec();
        let url = reqwest::Url::parse(&format!("http://sns/?{}", String::from_utf8_lossy(&body)))?;
        let asked: Asked = url.query_pairs().into_owned().collect();
        let trouble = self.trouble.lock().unwrap().clone();
        let concerns = |word: &str| asked.values().any(|value| value.contains(word));
        match &trouble {
            Some(Trouble::Throttles(word)) if concerns(word) => return answer(503, &error("Throttled")),
            Some(Trouble::Refuses(word)) if concerns(word) => return answer(400, &error("InvalidParameter")),
            _ => {}
        }
        if let Some((_, name)) = asked.get("Name").and_then(|name| name.split_once(self.prefix.rsplit(':').next()?)) {
            self.made.lock().unwrap().insert(name.to_owned());
        }
        self.asked.lock().unwrap().push(asked);
        let mut sent = self.http.post(request.uri()).body(body);
        for (name, value) in request.headers().iter().filter(|(name, _)| *name != "content-length") {
            sent = sent.header(name, value);
        }
        let answered = sent.send().await?;
        let (status, mut text) = (answered.status().as_u16(), answered.text().await?);
        if matches!(trouble, Some(Trouble::Unconfirmed)) {
            text = text.split("<member>").map(unconfirmed).collect::<Vec<_>>().join("<member>");
        }
        answer(status, &text)
    }
}

/// A listed subscription as SNS lists it until an email is confirmed.
fn unconfirmed(member: &str) -> String {
    let arn = member.split_once("<SubscriptionArn>").and_then(|(_, rest)| rest.split_once("</SubscriptionArn>"));
    match arn {
        Some((arn, _)) if member.contains("<Protocol>email</Protocol>") => {
            member.replacen(arn, "PendingConfirmation", 1)
        }
        _ => member.to_owned(),
    }
}

fn error(code: &str) -> String {
    format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>x</Message></Error></ErrorResponse>")
}

fn answer(status: u16, text: &str) -> Result<HttpResponse, Box<dyn std::error::Error + Send + Sync>> {
    Ok(HttpResponse::new(status.try_into()?, SdkBody::from(text.to_owned())))
}

impl HttpConnector for Sns {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let sent = self.clone().send(request);
        HttpConnectorFuture::new(async move { sent.await.map_err(|error| ConnectorError::other(error, None)) })
    }
}
