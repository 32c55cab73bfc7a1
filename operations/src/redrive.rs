//! Replays what the functions failed to process: each message of the failure queue is given back to its function.

use std::process::ExitCode;

use anyhow::{Result, anyhow};
use serde_json::{Value, json};
use shared::store::record_of;
use tokio::sync::mpsc;

use crate::environment::{self, Environment};
use crate::failure_message::FailureMessage;
use crate::failure_queue::FailureQueue;
use crate::functions::{Functions, ReplayError};
use crate::stream;

/// The stream's consumers; each is given what its own event source mapping filters.
const CONSUMERS: [&str; 2] = ["project-changes", "notify"];
/// Records of one invocation: a function has a minute for them.
const BATCH: usize = 25;

/// How many messages were replayed, and how many were left in the queue.
#[derive(Debug, Default)]
struct Outcome {
    replayed: u64,
    left: u64,
}

/// Prints what is in the queue.
pub(crate) async fn list(environment: &Environment) -> Result<ExitCode> {
    let mut queue = FailureQueue::of(environment)?;
    let messages = then_release(&mut queue, FailureQueue::take_all).await?;
    for message in &messages {
        println!("{}", FailureMessage::read(message.body().unwrap_or_default()).line());
    }
    match messages.len() {
        0 => println!("The failure queue is empty."),
        count => println!("{count} listed"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Replays every message, and removes those that succeed.
pub(crate) async fn replay(environment: &Environment) -> Result<ExitCode> {
    let mut queue = FailureQueue::of(environment)?;
    let outcome = then_release(&mut queue, async |queue| replay_messages(environment, queue).await).await?;
    let Outcome { replayed, left } = outcome;
    match (replayed, left) {
        (0, 0) => println!("The failure queue is empty."),
        (_, 0) => println!("{replayed} replayed"),
        (0, _) => println!("{left} left"),
        _ => println!("{replayed} replayed, {left} left"),
    }
    let back = queue.count().await?.saturating_sub(left);
    if back > 0 {
        println!("{back} came back: their cause has not been put right. `cargo xtask redrive --list` shows it.");
    }
    Ok(if left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Works on the queue's messages. Those that are left are visible to others again at once, even if the work fails or the
/// program is told to stop.
async fn then_release<T>(
    queue: &mut FailureQueue,
    work: impl AsyncFnOnce(&mut FailureQueue) -> Result<T>,
) -> Result<T> {
    // Not Tokio's own signals: the functions are built with this program, and would start with that part of Tokio too.
    let (stop, mut stopped) = mpsc::unbounded_channel();
    ctrlc::set_handler(move || {
        let _ = stop.send(());
    })?;
    let outcome = tokio::select! {
        outcome = work(queue) => outcome,
        _ = stopped.recv() => Err(anyhow!("stopped")),
    };
    let released = queue.release().await;
    let done = outcome?;
    released.map(|()| done)
}

async fn replay_messages(environment: &Environment, queue: &mut FailureQueue) -> Result<Outcome> {
    let functions = Functions::of(environment)?;
    let mut outcome = Outcome::default();
    for message in queue.take_all().await? {
        let failure = FailureMessage::read(message.body().unwrap_or_default());
        println!("{}", failure.line());
        match replay_one(environment, &functions, failure).await {
            Ok(()) => {
                // Only now: if this program is stopped before, the message is replayed again, which changes nothing.
                queue.remove(&message).await?;
                outcome.replayed += 1;
            }
            Err(ReplayError::Stays(reason)) => {
                println!("  stays in the queue: {reason}");
                outcome.left += 1;
            }
            Err(ReplayError::Aws(error)) => return Err(error),
        }
    }
    Ok(outcome)
}

async fn replay_one(
    environment: &Environment,
    functions: &Functions,
    failure: FailureMessage,
) -> Result<(), ReplayError> {
    let (function, event) = match failure {
        FailureMessage::Record { keys: None, .. } => return Err(ReplayError::Stays("it names no item")),
        // A function decides from the item as it stands, so its keys suffice.
        FailureMessage::Record { function, keys: Some(keys), .. } => {
            let record = record_of(&keys.into(), environment.region()?, environment::now());
            (functions.name_of(&function), event_of(&[record]))
        }
        FailureMessage::Invocation { context, batch: Some(batch), .. } => {
            (context.function_arn, stream::event_of(environment, &batch).await?)
        }
        FailureMessage::Invocation { context, event: Some(event), .. } => (context.function_arn, event),
        FailureMessage::Invocation { .. } => {
            return Err(ReplayError::Stays("it holds neither records nor an event"));
        }
        FailureMessage::Unknown => return Err(ReplayError::Stays("it is no message of Lambda's nor of ours")),
    };
    functions.process(&function, &event).await
}

/// Gives every conversation and encounter to the stream's consumers, which make up for whatever is missing.
pub(crate) async fn replay_everything(environment: &Environment) -> Result<ExitCode> {
    let (table, functions) = (environment.table()?, Functions::of(environment)?);
    let (mut done, mut failed, mut start) = (0, 0, None);
    loop {
        let page = table.conversations_and_encounters(start.as_ref()).await?;
        for batch in page.items.chunks(BATCH) {
            let region = environment.region()?;
            let records: Vec<Value> = batch.iter().map(|key| record_of(key, region, environment::now())).collect();
            let event = event_of(&records);
            for consumer in CONSUMERS {
                match functions.process(&functions.name_of(consumer), &event).await {
                    Ok(()) => {}
                    Err(ReplayError::Stays(reason)) => {
                        failed += 1;
                        let from = batch.first().map(ToString::to_string).unwrap_or_default();
                        println!("{consumer}, from {from} on: {reason}");
                    }
                    Err(ReplayError::Aws(error)) => return Err(error),
                }
            }
            done += batch.len();
        }
        start = page.next;
        if start.is_none() {
            break;
        }
    }
    println!("{done} conversations and encounters replayed");
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// An event with records of the stream.
fn event_of(records: &[Value]) -> Value {
    json!({"Records": records})
}
