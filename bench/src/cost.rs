//! `cost`: dollars per million messages, from the measured figures and a price list.
//!
//! The write path is the request that stores a message of 1 KB, through an HTTP API. The stream's two consumers are added;
//! half of the messages are questions of patients, half replies.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::calls::{IN_SEQUENCE, LOG_BYTES, READ_UNITS, WRITE_UNITS};
use crate::cold;
use crate::figures::{Kind, Results, Section};
use crate::scenarios::{self, CONSUMERS, QUESTIONS, REPLIES, SEND};

/// List prices with their date and source, and assumptions.
const PRICES: &str = include_str!("../prices.json");

/// The figure's name.
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

/// What can be measured on AWS only.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Assumed {
    /// Duration of a call to `DynamoDB`.
    pub(crate) milliseconds_per_call: f64,
    /// The gateway's and Lambda's own logs of a request.
    pub(crate) gateway_log_bytes: f64,
    pub(crate) lambda_log_bytes: f64,
    /// Memory of a function, and the memory that comes with a whole processor.
    pub(crate) memory_megabytes: f64,
    pub(crate) megabytes_per_processor: f64,
    /// Messages in a batch of the stream.
    pub(crate) messages_per_batch: f64,
}

pub(crate) fn price_list() -> Result<PriceList> {
    serde_json::from_str(PRICES).context("bench/prices.json")
}

/// The resources that one message uses.
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
    for (function, used) in functions(results, &list.assumed)? {
        let mut function_sum = 0.0;
        for (what, dollars) in priced(&used, &list.prices) {
            section.set(function, what, dollars);
            function_sum += dollars;
        }
        section.set(function, PER_MILLION, function_sum);
        sum += function_sum;
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

/// The functions that a message passes, with the resources that each uses.
fn functions(results: &Results, assumed: &Assumed) -> Result<Vec<(&'static str, Use)>> {
    let of = |subject: &str, figure: &str| {
        results
            .get(Kind::Calls, subject, figure)
            .with_context(|| format!("measure `calls` first: no {subject}, {figure}"))
    };
    let cpu = results.get(Kind::Cold, SEND, cold::WARM_CPU).context("measure `cold` first")?;
    // Lambda gives a function a part of a processor, in proportion to its memory.
    let cpu = cpu * assumed.megabytes_per_processor / assumed.memory_megabytes;
    let gigabyte_seconds = |calls_in_sequence: f64| {
        (cpu + calls_in_sequence * assumed.milliseconds_per_call) / 1000.0 * assumed.memory_megabytes / 1024.0
    };
    let request = Use {
        gateway_requests: 1.0,
        invokes: 1.0,
        gigabyte_seconds: gigabyte_seconds(of(SEND, IN_SEQUENCE)?),
        write_units: of(SEND, WRITE_UNITS)?,
        read_units: of(SEND, READ_UNITS)?,
        log_bytes: of(SEND, LOG_BYTES)? + assumed.lambda_log_bytes + assumed.gateway_log_bytes,
    };
    let mut functions = vec![(scenarios::function(SEND), request)];
    for function in CONSUMERS {
        let mean = |figure: &str| -> Result<f64> {
            let of = |batch: &str| of(&format!("{function}: {batch}"), figure);
            Ok(f64::midpoint(of(QUESTIONS)?, of(REPLIES)?))
        };
        // The measured batches hold 5 messages, and a message costs the same in every batch.
        let per_message = |figure: &str| Ok::<_, anyhow::Error>(mean(figure)? / 5.0);
        let batch = Use {
            gateway_requests: 0.0,
            invokes: 1.0 / assumed.messages_per_batch,
            gigabyte_seconds: gigabyte_seconds(per_message(IN_SEQUENCE)?),
            write_units: per_message(WRITE_UNITS)?,
            read_units: per_message(READ_UNITS)?,
            log_bytes: (mean(LOG_BYTES)? + assumed.lambda_log_bytes) / assumed.messages_per_batch,
        };
        functions.push((function, batch));
    }
    Ok(functions)
}
