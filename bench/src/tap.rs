//! Stands between a function and the emulator and counts: calls, how many follow one another, and request units.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::capacity::{consumed_units, read_units};
use crate::http::{Connection, Message};

/// How long a call is held.
const HOLD: Duration = Duration::from_millis(20);

/// One call to AWS.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    /// `DynamoDB.Query`; the method and the service where the protocol names no operation.
    pub(crate) action: String,
    started: Instant,
    ended: Instant,
    refused: bool,
    read: f64,
    written: f64,
}

/// What some calls come to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cost {
    pub(crate) calls: usize,
    /// The longest chain of calls of which each began after the one before had ended.
    pub(crate) depth: usize,
    pub(crate) read_units: f64,
    /// With those of the index.
    pub(crate) write_units: f64,
    /// Calls that were refused, but for conditions that did not hold: those are an answer.
    pub(crate) refused: usize,
    /// What was called, in the order of the answers.
    pub(crate) actions: Vec<String>,
}

/// A metered way to the emulator.
#[derive(Debug, Clone)]
pub(crate) struct Tap {
    /// Where the emulator is reached through it.
    pub(crate) url: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Tap {
    /// Opens a way to `upstream`, `http://<host>:<port>`, that asks for the units of every call and holds each for a
    /// moment, as a network does: calls that are made beside each other overlap then for certain.
    pub(crate) fn open(upstream: &str) -> Result<Self> {
        Self::between(upstream, true, HOLD)
    }

    /// The same without holding calls.
    pub(crate) fn metering(upstream: &str) -> Result<Self> {
        Self::between(upstream, true, Duration::ZERO)
    }

    /// Opens one that only counts calls, and leaves them as they are.
    pub(crate) fn counting(upstream: &str) -> Result<Self> {
        Self::between(upstream, false, Duration::ZERO)
    }

    fn between(upstream: &str, metered: bool, hold: Duration) -> Result<Self> {
        let upstream = upstream.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").context("no port for the tap")?;
        let tap = Self { url: format!("http://{}", listener.local_addr()?), calls: Arc::default() };
        let calls = tap.calls.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (upstream, calls) = (upstream.clone(), calls.clone());
                // An error is the end of a connection; the function notices and the measurement fails.
                thread::spawn(move || forward(Connection::new(stream), &upstream, (metered, hold), &calls));
            }
        });
        Ok(tap)
    }

    /// What was called since the last time.
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

fn forward(
    mut client: Connection,
    upstream: &str,
    (metered, hold): (bool, Duration),
    calls: &Mutex<Vec<Call>>,
) -> io::Result<()> {
    let mut server = Connection::new(TcpStream::connect(upstream)?);
    loop {
        let mut request = client.receive()?;
        let started = Instant::now();
        thread::sleep(hold);
        let action = action(&request);
        let metered = metered && action.starts_with("DynamoDB.");
        let mut body = Value::Null;
        if metered {
            body = serde_json::from_slice(&request.body).unwrap_or_default();
            body["ReturnConsumedCapacity"] = "TOTAL".into();
            request.body = body.to_string().into_bytes();
        }
        // The emulator may have closed a connection that was idle.
        let answer = if let Ok(answer) = server.send(&request).and_then(|()| server.receive()) {
            answer
        } else {
            server = Connection::new(TcpStream::connect(upstream)?);
            server.send(&request)?;
            server.receive()?
        };
        let (mut read, mut written) = (0.0, 0.0);
        if metered {
            let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let is_read = action.ends_with("GetItem") || action.ends_with("Query");
            if is_read {
                read = read_units(&answer, body["ConsistentRead"] == true);
            } else {
                written = consumed_units(&answer);
            }
        }
        let unmet = String::from_utf8_lossy(&answer.body).contains("ConditionalCheckFailed");
        let refused = answer.status() >= 400 && !unmet;
        // Before the function hears of it: what it does next must not come first.
        let mut calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(Call { action, started, ended: Instant::now(), refused, read, written });
        drop(calls);
        client.send(&answer)?;
    }
}

/// A call's name: the operation where the protocol names it, else its method; and the service that it is signed for.
fn action(request: &Message) -> String {
    if let Some((service, operation)) = request.header("x-amz-target").and_then(|target| target.split_once('.')) {
        return format!("{}.{operation}", service.split('_').next().unwrap_or(service));
    }
    let scope = request.header("authorization").and_then(|header| header.split('/').nth(3)).unwrap_or("unsigned");
    let body = String::from_utf8_lossy(&request.body);
    let operation = body.split('&').find_map(|field| field.strip_prefix("Action="));
    format!("{scope}.{}", operation.unwrap_or(request.request().0))
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
        let named = |headers: &[(&str, &str)], body: &str| action(&Message::answer(200, headers, body));
        assert_eq!(named(&[("x-amz-target", "DynamoDB_20120810.Query")], "{}"), "DynamoDB.Query");
        let signed = ("authorization", "AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/sns/aws4_request, ...");
        assert_eq!(named(&[signed], "Action=Publish&Version=1"), "sns.Publish");
    }
}
