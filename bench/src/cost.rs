//! `cost`: dollars per million messages of the write path, from the measured figures and a price list.
//!
//! The write path is the request that stores a message of 1 KB, through an HTTP API. What the stream's two consumers do
//! with it comes on top; half of the messages are questions of patients, half answers.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::cold;
use crate::figures::{Kind, Results, Section};

/// List prices with their date and source, and what is assumed where nothing can be measured.
const PRICES: &str = include_str!("../prices.json");

/// The request that stores a message.
pub(crate) const WRITE_PATH: &str = "send-message";
pub(crate) const PER_MILLION: &str = "dollars per million messages";

/// A price list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PriceList {
    pub(crate) date: String,
    pub(crate) region: String,
    pub(crate) sources: Vec<String>,
    pub(crate) prices: Prices,
    pub(crate) assumed: Assumed,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Prices {
    http_api_million_requests: f64,
    lambda_million_requests: f64,
    lambda_arm_gigabyte_second: f64,
    dynamodb_million_write_units: f64,
    dynamodb_million_read_units: f64,
    logs_gigabyte: f64,
}

/// What can't be measured off AWS.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Assumed {
    /// How long a call to `DynamoDB` takes.
    pub(crate) milliseconds_per_call: f64,
    /// What the gateway and Lambda log of a request beside the function.
    pub(crate) gateway_log_bytes: f64,
    pub(crate) lambda_log_bytes: f64,
    /// Memory of the functions, and how much of it makes a whole processor.
    pub(crate) memory_megabytes: f64,
    pub(crate) megabytes_per_processor: f64,
    /// Messages in a batch of the stream.
    pub(crate) messages_per_batch: f64,
}

pub(crate) fn price_list() -> Result<PriceList> {
    serde_json::from_str(PRICES).context("bench/prices.json")
}

/// What one message uses.
#[derive(Debug, Default)]
struct Use {
    gateway_requests: f64,
    invokes: f64,
    gigabyte_seconds: f64,
    write_units: f64,
    read_units: f64,
    log_bytes: f64,
}

pub(crate) fn measure(results: &Results, section: &mut Section) -> Result<()> {
    let list = price_list()?;
    let mut sum = 0.0;
    for (step, used) in steps(results, &list.assumed)? {
        let mut step_sum = 0.0;
        for (what, dollars) in priced(&used, &list.prices) {
            section.set(step, what, dollars);
            step_sum += dollars;
        }
        section.set(step, PER_MILLION, step_sum);
        sum += step_sum;
    }
    section.set("together", PER_MILLION, sum);
    Ok(())
}

fn priced(used: &Use, prices: &Prices) -> BTreeMap<&'static str, f64> {
    [
        ("gateway", used.gateway_requests * prices.http_api_million_requests),
        ("Lambda requests", used.invokes * prices.lambda_million_requests),
        ("Lambda duration", used.gigabyte_seconds * prices.lambda_arm_gigabyte_second * 1e6),
        ("writes", used.write_units * prices.dynamodb_million_write_units),
        ("reads", used.read_units * prices.dynamodb_million_read_units),
        ("logs", used.log_bytes * prices.logs_gigabyte * 1e6 / 1e9),
    ]
    .into()
}

fn steps(results: &Results, assumed: &Assumed) -> Result<[(&'static str, Use); 3]> {
    let of = |subject: &str, figure: &str| {
        results
            .get(Kind::Calls, subject, figure)
            .with_context(|| format!("measure `calls` first: no {subject}, {figure}"))
    };
    let cpu = results.get(Kind::Cold, "send-message: 1 KB", cold::WARM_CPU).context("measure `cold` first")?;
    // Lambda gives a function as much of a processor as of the memory that goes with one.
    let cpu_there = cpu * assumed.megabytes_per_processor / assumed.memory_megabytes;
    let seconds = |calls_in_sequence: f64| {
        (cpu_there + calls_in_sequence * assumed.milliseconds_per_call) / 1000.0 * assumed.memory_megabytes / 1024.0
    };
    let request = "send-message: 1 KB";
    let sent = Use {
        gateway_requests: 1.0,
        invokes: 1.0,
        gigabyte_seconds: seconds(of(request, "calls in sequence")?),
        write_units: of(request, "write units")?,
        read_units: of(request, "read units")?,
        log_bytes: of(request, "log bytes")? + assumed.lambda_log_bytes + assumed.gateway_log_bytes,
    };
    let (questions, answers) = ("questions in 5 chats, batch of 10", "answers in 5 chats, batch of 10");
    let batch = |subjects: &[String]| -> Result<Use> {
        let count = f64::from(u32::try_from(subjects.len())?);
        let mean = |figure: &str| -> Result<f64> {
            Ok(subjects.iter().map(|subject| of(subject, figure)).sum::<Result<f64>>()? / count)
        };
        // The measured batches hold 5 messages, and each costs what it costs whatever the batch.
        let per_message = |figure: &str| Ok::<_, anyhow::Error>(mean(figure)? / 5.0);
        Ok(Use {
            gateway_requests: 0.0,
            invokes: 1.0 / assumed.messages_per_batch,
            gigabyte_seconds: seconds(per_message("calls in sequence")?),
            write_units: per_message("write units")?,
            read_units: per_message("read units")?,
            log_bytes: (mean("log bytes")? + assumed.lambda_log_bytes) / assumed.messages_per_batch,
        })
    };
    let projected = batch(&[questions, answers].map(|what| format!("project-changes: {what}")))?;
    let notified = batch(&[questions, answers].map(|what| format!("notify: {what}")))?;
    Ok([(WRITE_PATH, sent), ("project-changes", projected), ("notify", notified)])
}
