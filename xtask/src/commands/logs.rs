//! `cargo xtask logs <function>`: what a function wrote, from CloudWatch Logs.

use std::{
    collections::HashSet,
    io::Write,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    stack::aws::Cloud,
    tool::{interrupt, tools},
};

/// How often it looks for more.
const INTERVAL: Duration = Duration::from_secs(1);

/// Prints what a function logged, on the running stack or a deployed one
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The function's binary, such as send-message
    function: String,
    /// Go on printing until Ctrl-C
    #[arg(long, short)]
    follow: bool,
    /// How far back to begin, in minutes
    #[arg(long, default_value_t = 60, value_name = "MINUTES")]
    since: u64,
    /// A stage deployed to the AWS account of the environment, instead of the stack of `cargo xtask dev`
    #[arg(long)]
    stage: Option<String>,
}

/// A line that a function wrote. Emulators give lines no id of their own.
#[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogEvent {
    timestamp: u64,
    #[serde(default)]
    log_stream_name: String,
    message: String,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    tools::install_python_tools()?;
    let (cloud, stack_name) = Cloud::of(options.stage.as_deref())?;
    let group = group_of(&cloud, &stack_name, &options.function)?;
    #[expect(clippy::disallowed_methods, reason = "so many minutes ago is a matter of the clock")]
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let begin = now.saturating_sub(Duration::from_secs(options.since.saturating_mul(60))).as_millis().to_string();
    let mut seen = HashSet::new();
    loop {
        let asked = ["logs", "filter-log-events", "--log-group-name", &group, "--start-time", &begin];
        for event in events_in(cloud.ask(&asked)?)? {
            if !seen.contains(&event) {
                let mut out = std::io::stdout().lock();
                writeln!(out, "{}", event.message.trim_end_matches('\n')).context("cannot print")?;
                seen.insert(event);
            }
        }
        // Ctrl-C ends it well.
        if !options.follow || interrupt::pause(INTERVAL).is_err() {
            return Ok(());
        }
    }
}

/// The log group of a function, if there is such a function.
fn group_of(cloud: &Cloud, stack_name: &str, function: &str) -> Result<String> {
    let prefix = format!("/aws/lambda/{stack_name}-");
    let described = cloud.ask(&["logs", "describe-log-groups", "--log-group-name-prefix", &prefix])?;
    let groups = described["logGroups"].as_array().into_iter().flatten();
    let names = groups.filter_map(|group| group["logGroupName"].as_str()?.strip_prefix(&prefix));
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    if names.contains(&function) {
        return Ok(prefix + function);
    }
    let names = if names.is_empty() { "none".to_owned() } else { names.join("\n  ") };
    bail!("{stack_name} has no function \"{function}\"; it has:\n  {names}")
}

/// The lines of an answer, oldest first.
fn events_in(mut answer: Value) -> Result<Vec<LogEvent>> {
    let events = answer["events"].take();
    let mut events: Vec<LogEvent> = serde_json::from_value(events).context("the log can't be read")?;
    events.sort_by_key(|event| event.timestamp);
    Ok(events)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_in_order_and_known_again() {
        let answer = json!({"events": [
            {"timestamp": 2, "message": "second\n", "logStreamName": "a", "ingestionTime": 3},
            {"timestamp": 1, "message": "first\n"},
        ]});
        let events = events_in(answer.clone()).expect("readable");
        assert_eq!(events.iter().map(|event| event.message.trim()).collect::<Vec<_>>(), ["first", "second"]);
        let seen: HashSet<LogEvent> = events.into_iter().collect();
        assert!(events_in(answer).expect("readable").iter().all(|event| seen.contains(event)));
    }
}
