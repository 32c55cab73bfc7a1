//! Counts what is asked of the table: calls, how many follow one another, and request units.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;
use testkit::capacity::{consumed_units, read_units};

/// One call.
#[derive(Debug, Clone, Copy)]
struct Call {
    started: Instant,
    ended: Instant,
    read: f64,
    written: f64,
}

/// The calls made since they were last taken.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter {
    calls: Arc<Mutex<Vec<Call>>>,
    client: reqwest::Client,
}

/// What a request cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cost {
    /// The longest chain of calls of which each began after the one before had ended.
    pub(crate) sequential: usize,
    /// Read request units.
    pub(crate) read: f64,
    /// Write request units, with those of the index.
    pub(crate) written: f64,
}

impl Meter {
    /// The connection that is metered.
    pub(crate) fn http_client(&self) -> SharedHttpClient {
        let meter = self.clone();
        http_client_fn(move |_, _| SharedHttpConnector::new(meter.clone()))
    }

    /// What was asked since the last time.
    pub(crate) fn take(&self) -> Cost {
        let mut calls = std::mem::take(&mut *self.calls.lock().unwrap());
        calls.sort_by_key(|call| call.ended);
        let (mut sequential, mut free_at) = (0, None);
        for call in &calls {
            if free_at.is_none_or(|at| call.started >= at) {
                sequential += 1;
                free_at = Some(call.ended);
            }
        }
        let sum = |of: fn(&Call) -> f64| calls.iter().map(of).sum();
        Cost { sequential, read: sum(|call| call.read), written: sum(|call| call.written) }
    }

    async fn send(self, request: HttpRequest) -> Result<HttpResponse, Box<dyn std::error::Error + Send + Sync>> {
        let started = Instant::now();
        let operation = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let mut body: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
        body["ReturnConsumedCapacity"] = "TOTAL".into();
        let mut sent = self.client.post(request.uri()).body(body.to_string());
        for (name, value) in request.headers().iter().filter(|(name, _)| *name != "content-length") {
            sent = sent.header(name, value);
        }
        let answer = sent.send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        let answer: Value = serde_json::from_str(&text)?;
        let units = consumed_units(&answer);
        let reads = operation.ends_with("GetItem") || operation.ends_with("Query");
        let consistent = body["ConsistentRead"] == true;
        let (read, written) = if reads { (read_units(&answer, consistent), 0.0) } else { (0.0, units) };
        self.calls.lock().unwrap().push(Call { started, ended: Instant::now(), read, written });
        Ok(HttpResponse::new(status.try_into()?, SdkBody::from(text)))
    }
}

impl HttpConnector for Meter {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let sent = self.clone().send(request);
        HttpConnectorFuture::new(async { sent.await.map_err(|error| ConnectorError::other(error, None)) })
    }
}
