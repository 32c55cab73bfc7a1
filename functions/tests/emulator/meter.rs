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
        let consumed = &answer["ConsumedCapacity"];
        let units: f64 = match consumed {
            Value::Array(tables) => tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum(),
            table => table["CapacityUnits"].as_f64().unwrap_or(0.0),
        };
        let reads = operation.ends_with("GetItem") || operation.ends_with("Query");
        let consistent = body["ConsistentRead"] == true;
        let (read, written) = if reads { (read_units(&answer, consistent), 0.0) } else { (0.0, units) };
        self.calls.lock().unwrap().push(Call { started, ended: Instant::now(), read, written });
        Ok(HttpResponse::new(status.try_into()?, SdkBody::from(text)))
    }
}

/// Read units by `DynamoDB`'s rules ("Read consistency and capacity", Amazon `DynamoDB` Developer Guide): 4 KB each,
/// rounded up, for all items of a query together; half of it where eventually consistent. The emulator
/// counts one for every read, however large.
fn read_units(answer: &Value, consistent: bool) -> f64 {
    let items = answer["Items"].as_array().into_iter().flatten().chain(answer.get("Item"));
    let bytes: usize = items.map(item_size).sum();
    if answer["ScannedCount"] != answer["Count"] {
        return f64::INFINITY; // What a filter drops is paid for too, and can't be seen here.
    }
    let units = u32::try_from(bytes.div_ceil(4096).max(1)).map_or(f64::MAX, f64::from);
    if consistent { units } else { units / 2.0 }
}

/// An item's size by `DynamoDB`'s rules ("Item sizes and formats", Amazon `DynamoDB` Developer Guide).
fn item_size(item: &Value) -> usize {
    let attributes = item.as_object().unwrap().iter();
    attributes.map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &Value) -> usize {
    let (kind, inner) = value.as_object().unwrap().iter().next().unwrap();
    match (kind.as_str(), inner) {
        ("S", Value::String(text)) => text.len(),
        ("N", Value::String(digits)) => digits.len().div_ceil(2) + 1,
        ("B", Value::String(base64)) => base64.trim_end_matches('=').len() * 3 / 4,
        ("M", Value::Object(members)) => {
            3 + members.iter().map(|(name, value)| 1 + name.len() + value_size(value)).sum::<usize>()
        }
        ("L", Value::Array(members)) => 3 + members.iter().map(|value| 1 + value_size(value)).sum::<usize>(),
        _ => 1,
    }
}

impl HttpConnector for Meter {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let sent = self.clone().send(request);
        HttpConnectorFuture::new(async { sent.await.map_err(|error| ConnectorError::other(error, None)) })
    }
}
