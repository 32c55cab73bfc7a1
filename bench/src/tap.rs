//! Stands between a function and the emulator and counts: calls, how many follow one another, and request units.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;
use testkit::capacity::{consumed_units, read_units};
use ureq::http::{Request, Response};

use crate::http;

/// How long a call is held.
const HOLD: Duration = Duration::from_millis(20);

/// One call to AWS.
#[derive(Debug, Clone, PartialEq)]
struct Call {
    /// `DynamoDB.Query`; the service and the method where the protocol names no operation.
    action: String,
    started: Instant,
    ended: Instant,
    refused: bool,
    read: f64,
    written: f64,
}

/// The calls of one or more requests, added up.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cost {
    pub(crate) calls: usize,
    /// The longest chain of calls of which each began after the one before had ended.
    pub(crate) depth: usize,
    pub(crate) read_units: f64,
    /// With those of the index.
    pub(crate) write_units: f64,
    /// Calls that failed; a condition that did not hold is no failure.
    pub(crate) refused: usize,
    /// The calls' names, in the order in which they ended.
    pub(crate) actions: Vec<String>,
}

/// An address in front of the emulator that counts calls.
#[derive(Debug, Clone)]
pub(crate) struct Tap {
    /// What a function takes for AWS's endpoint.
    pub(crate) url: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Tap {
    /// Counts calls and units, and holds each call for a moment as a network does, so that those beside each other
    /// always overlap.
    pub(crate) fn open(upstream: &str) -> Result<Self> {
        Self::between(upstream, true, HOLD)
    }

    /// Counts calls and units, without holding calls.
    pub(crate) fn metering(upstream: &str) -> Result<Self> {
        Self::between(upstream, true, Duration::ZERO)
    }

    /// Counts calls and changes nothing: requests and responses stay as long as they are.
    pub(crate) fn counting(upstream: &str) -> Result<Self> {
        Self::between(upstream, false, Duration::ZERO)
    }

    fn between(upstream: &str, metered: bool, hold: Duration) -> Result<Self> {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (counted, client, upstream) = (calls.clone(), http::client(), upstream.to_owned());
        let address = http::serve(move |mut request| {
            let started = Instant::now();
            thread::sleep(hold);
            let action = action(&request);
            let metered = metered && action.starts_with("DynamoDB.");
            let body = if metered { ask_for_units(&mut request) } else { Value::Null };
            let response = http::send(&client, &upstream, request).ok()?;
            let (read, written) = if metered { units(&action, &body, &response) } else { (0.0, 0.0) };
            let unmet = String::from_utf8_lossy(response.body()).contains("ConditionalCheckFailed");
            let refused = response.status().as_u16() >= 400 && !unmet;
            // Counted before the function has its response: its next call comes later.
            let mut calls = counted.lock().unwrap_or_else(PoisonError::into_inner);
            calls.push(Call { action, started, ended: Instant::now(), refused, read, written });
            Some(response)
        })?;
        Ok(Self { url: format!("http://{address}"), calls })
    }

    /// The calls since the last time.
    pub(crate) fn take(&self) -> Cost {
        Cost::of(std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Cost {
    fn of(mut calls: Vec<Call>) -> Self {
        calls.sort_by_key(|call| call.ended);
        let (mut depth, mut free_at) = (0, None);
        for call in &calls {
            if free_at.is_none_or(|at| call.started >= at) {
                depth += 1;
                free_at = Some(call.ended);
            }
        }
        Self {
            calls: calls.len(),
            depth,
            read_units: calls.iter().map(|call| call.read).sum(),
            write_units: calls.iter().map(|call| call.written).sum(),
            refused: calls.iter().filter(|call| call.refused).count(),
            actions: calls.into_iter().map(|call| call.action).collect(),
        }
    }
}

/// Lets a call's response say what it consumed; the call's body.
fn ask_for_units(request: &mut Request<Vec<u8>>) -> Value {
    let mut body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    body["ReturnConsumedCapacity"] = "TOTAL".into();
    *request.body_mut() = body.to_string().into_bytes();
    body
}

/// The units that a call read and wrote.
fn units(action: &str, body: &Value, response: &Response<Vec<u8>>) -> (f64, f64) {
    let response: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    if action.ends_with("GetItem") || action.ends_with("Query") {
        (read_units(&response, body["ConsistentRead"] == true), 0.0)
    } else {
        (0.0, consumed_units(&response))
    }
}

/// A call's name: the service and the operation where the protocol names it, else the service that it is signed for and
/// its method.
fn action(request: &Request<Vec<u8>>) -> String {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some((service, operation)) = header("x-amz-target").and_then(|target| target.split_once('.')) {
        return format!("{}.{operation}", service.split('_').next().unwrap_or(service));
    }
    let scope = header("authorization").and_then(|header| header.split('/').nth(3)).unwrap_or("unsigned");
    let body = String::from_utf8_lossy(request.body());
    let operation = body.split('&').find_map(|field| field.strip_prefix("Action="));
    format!("{scope}.{}", operation.unwrap_or(request.method().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_calls_that_follow_one_another() {
        let begin = Instant::now();
        let at = |milliseconds| begin + Duration::from_millis(milliseconds);
        let call = |started, ended| Call {
            action: "DynamoDB.GetItem".to_owned(),
            started: at(started),
            ended: at(ended),
            refused: false,
            read: 0.5,
            written: 0.0,
        };
        let cost = Cost::of(vec![call(0, 10), call(1, 8), call(11, 12), call(13, 20), call(14, 15)]);
        assert_eq!((cost.calls, cost.depth), (5, 3));
        assert!((cost.read_units - 2.5).abs() < f64::EPSILON);
    }

    #[test]
    fn calls_are_named_in_every_protocol() {
        let named = |header: &str, value: &str, body: &str| {
            action(&Request::post("/").header(header, value).body(body.into()).unwrap())
        };
        assert_eq!(named("x-amz-target", "DynamoDB_20120810.Query", "{}"), "DynamoDB.Query");
        let signature = "AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/sns/aws4_request, ...";
        assert_eq!(named("authorization", signature, "Action=Publish&Version=1"), "sns.Publish");
        assert_eq!(named("authorization", &signature.replace("sns", "s3"), ""), "s3.POST");
    }
}
