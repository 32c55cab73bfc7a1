//! `calls`: the AWS calls of one request to a warm function, its response and its logs; the same for batches of the
//! stream, one of them with a record that can never be processed.

use anyhow::{Context as _, Result, ensure};
use domain::person::Side;
use serde_json::Value;
use shared::store::{RawItem, schema};

use crate::figures::{Section, number};
use crate::sandbox::{Invocation, Sandbox};
use crate::scenarios::{self, POISON, Scenario};
use crate::setup::Setup;
use crate::tap::Tap;
use crate::world::World;

/// The figures' names.
pub(crate) const CALLS: &str = "calls";
pub(crate) const IN_SEQUENCE: &str = "calls in sequence";
pub(crate) const PER_RECORD: &str = "calls per record";
pub(crate) const READ_UNITS: &str = "read units";
pub(crate) const WRITE_UNITS: &str = "write units";
pub(crate) const RESPONSE_BYTES: &str = "response bytes";
pub(crate) const LOG_BYTES: &str = "log bytes";
pub(crate) const EXTRA_INVOCATIONS: &str = "extra invocations";
const PARKED: &str = "messages to the failure queue";

pub(crate) fn measure(setup: &Setup, world: &World, section: &mut Section) -> Result<()> {
    let (tap, scenarios) = (Tap::open(world.endpoint())?, scenarios::all(world)?);
    for scenario in &scenarios {
        one(setup, world, &tap, scenario, section)
            .with_context(|| format!("{} (bench/src/scenarios.rs, or else its first sample event)", scenario.name))?;
    }
    poison(setup, world, &tap, section).context("poison")
}

/// Measures a scenario's last event.
pub(crate) fn one(setup: &Setup, world: &World, tap: &Tap, scenario: &Scenario, section: &mut Section) -> Result<()> {
    let name = scenario.name.as_str();
    let mut function = Sandbox::start(&setup.function(scenarios::function(name), world, &tap.url)?)?;
    let mut last = None;
    for event in &scenario.events {
        tap.take();
        let invocation = function.invoke(event)?;
        expect_success(&invocation)?;
        last = Some(invocation);
    }
    let cost = tap.take();
    let log = function.stop()?;
    ensure!(cost.refused == 0, "{} of its calls failed: {:?}", cost.refused, cost.actions);
    section.set(name, CALLS, number(cost.calls));
    section.set(name, IN_SEQUENCE, number(cost.depth));
    section.set(name, READ_UNITS, cost.read_units);
    section.set(name, WRITE_UNITS, cost.write_units);
    section.set(name, RESPONSE_BYTES, number(last.map_or(0, |last| last.bytes)));
    section.set(name, LOG_BYTES, number(log.len() / scenario.events.len()));
    if scenario.records > 0 {
        section.set(name, PER_RECORD, number(cost.calls) / number(scenario.records));
    }
    Ok(())
}

/// An error that quotes the response, unless the function succeeded.
pub(crate) fn expect_success(invocation: &Invocation) -> Result<()> {
    let response = &invocation.response;
    let status = response["statusCode"].as_u64().unwrap_or(200);
    // `refuse-route` succeeds with a 404.
    let refused = status == 404 && response["body"].to_string().contains("not-found");
    let failures = response["batchItemFailures"].as_array().map_or(0, Vec::len);
    ensure!((status < 300 || refused) && failures == 0, "the response is {response}");
    Ok(())
}

/// A batch of 10 records, one of them about a conversation that does not exist. As the event source does, it is sent again
/// from the first failed record until none is reported.
fn poison(setup: &Setup, world: &World, tap: &Tap, section: &mut Section) -> Result<()> {
    let name = POISON;
    let nowhere = RawItem::new(schema::head("01900000-0000-7000-8000-00000000dead".parse()?));
    let mut batch = scenarios::messages(world, 5, 1)?;
    let asked = nowhere.clone().with_last_number_of(Side::Patient, 1);
    batch["Records"][4] = scenarios::record(Some(&nowhere), &asked)?;
    let mut function = Sandbox::start(&setup.function(scenarios::function(name), world, &tap.url)?)?;
    tap.take();
    let mut invocations = 0_u32;
    loop {
        let response = function.invoke(&batch)?.response;
        invocations += 1;
        ensure!(invocations < 10, "a poison record is retried forever");
        let failed = response["batchItemFailures"][0]["itemIdentifier"].as_str().map(str::to_owned);
        let Some(failed) = failed else { break };
        let records = batch["Records"].as_array().cloned().unwrap_or_default();
        let from = records.iter().position(|record| record["dynamodb"]["SequenceNumber"] == failed.as_str());
        batch["Records"] = Value::Array(records.into_iter().skip(from.unwrap_or(0)).collect());
    }
    let cost = tap.take();
    function.stop()?;
    section.set(name, EXTRA_INVOCATIONS, f64::from(invocations - 1));
    section.set(name, CALLS, number(cost.calls));
    section.set(name, PER_RECORD, number(cost.calls) / 10.0);
    let parked = cost.actions.iter().filter(|action| action.contains("SendMessage")).count();
    section.set(name, PARKED, number(parked));
    Ok(())
}
