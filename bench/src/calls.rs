//! `calls`: what one request of a warm function asks of AWS, answers and logs; and what the stream's functions do with
//! batches, one of them with a record that can never be processed.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::figures::{Section, number};
use crate::sandbox::{Invocation, Sandbox};
use crate::scenarios::{self, Scenario};
use crate::setup::Setup;
use crate::tap::Tap;
use crate::world::World;

pub(crate) fn measure(setup: &Setup, world: &World, section: &mut Section) -> Result<()> {
    let (tap, scenarios) = (Tap::open(world.endpoint())?, scenarios::all(world)?);
    for function in setup.functions()?.keys() {
        let known = scenarios.iter().any(|scenario| scenario.function == function);
        ensure!(known, "the function {function} has no scenario in bench/src/scenarios.rs");
    }
    for scenario in &scenarios {
        one(setup, world, &tap, scenario, section).with_context(|| scenario.name.clone())?;
    }
    poison(setup, world, &tap, section).context("poison")
}

/// Measures the last event of a scenario.
pub(crate) fn one(setup: &Setup, world: &World, tap: &Tap, scenario: &Scenario, section: &mut Section) -> Result<()> {
    let mut function = Sandbox::start(&setup.function(scenario.function, world, &tap.url)?)?;
    let mut last = None;
    for event in &scenario.events {
        tap.take();
        let invocation = function.invoke(event)?;
        expect_success(&invocation)?;
        last = Some(invocation);
    }
    let (cost, name) = (tap.take(), scenario.name.as_str());
    let log = function.stop()?;
    ensure!(cost.refused == 0, "{} of its calls were refused: {:?}", cost.refused, cost.actions);
    section.set(name, "calls", number(cost.calls));
    section.set(name, "calls in sequence", number(cost.depth));
    section.set(name, "read units", cost.read_units);
    section.set(name, "write units", cost.write_units);
    section.set(name, "answer bytes", number(last.map_or(0, |last| last.bytes)));
    section.set(name, "log bytes", number(log.len() / scenario.events.len()));
    if scenario.records > 0 {
        section.set(name, "calls per record", number(cost.calls) / number(scenario.records));
    }
    Ok(())
}

/// Whether a function did what it was asked; an error that quotes the answer if not.
pub(crate) fn expect_success(invocation: &Invocation) -> Result<()> {
    let answer = &invocation.answer;
    let status = answer["statusCode"].as_u64().unwrap_or(200);
    // A route nobody knows is answered as it shall be with a 404.
    ensure!(status < 300 || status == 404 && answer["body"].to_string().contains("not-found"), "answered {answer}");
    let failures = answer["batchItemFailures"].as_array().map_or(0, Vec::len);
    ensure!(failures == 0, "answered {answer}");
    Ok(())
}

/// A batch of 10 records one of which is about a chat that does not exist, fed as the event source would: again, from
/// the first record that failed, as long as one is reported.
fn poison(setup: &Setup, world: &World, tap: &Tap, section: &mut Section) -> Result<()> {
    let (nowhere, mut batch) = ("CONV#01900000-0000-7000-8000-00000000dead", scenarios::asked(world, 5, 1)?);
    let image = json!({"pk": {"S": nowhere}, "sk": {"S": "HEAD"}, "lastPatient": {"N": "1"}});
    batch["Records"][4] = scenarios::record(nowhere, "HEAD", "MODIFY", &image, None);
    let name = "project-changes: one poison record, batch of 10";
    let mut function = Sandbox::start(&setup.function("project-changes", world, &tap.url)?)?;
    tap.take();
    let mut invokes = 0_u32;
    loop {
        let answer = function.invoke(&batch)?.answer;
        invokes += 1;
        ensure!(invokes < 10, "a poison record is tried for ever");
        let failed = answer["batchItemFailures"][0]["itemIdentifier"].as_str().map(str::to_owned);
        let Some(failed) = failed else { break };
        let records = batch["Records"].as_array().cloned().unwrap_or_default();
        let from = records.iter().position(|record| record["dynamodb"]["SequenceNumber"] == failed.as_str());
        batch["Records"] = Value::Array(records.into_iter().skip(from.unwrap_or(0)).collect());
    }
    let cost = tap.take();
    function.stop()?;
    section.set(name, "extra invokes", f64::from(invokes - 1));
    section.set(name, "calls", number(cost.calls));
    section.set(name, "calls per record", number(cost.calls) / 10.0);
    section.set(
        name,
        "parked in the failure queue",
        number(cost.actions.iter().filter(|action| action.contains("SendMessage")).count()),
    );
    Ok(())
}
