//! A table beside the stack's own, with what that one held at a point in time.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use aws_sdk_dynamodb::client::Waiters as _;
use aws_sdk_dynamodb::primitives::DateTime;
use jiff::Timestamp;
use jiff::civil;

use crate::environment::{self, Environment};

/// How long a restore may take: large tables take hours.
const AT_MOST: Duration = Duration::from_hours(24);

/// The point in time that is meant.
#[derive(Debug, PartialEq, Eq)]
enum Moment {
    Latest,
    At(Timestamp),
}

/// Restores the table to a time (RFC 3339), or to the `latest` one that is possible.
pub(crate) async fn run(environment: &Environment, to: &str) -> Result<ExitCode> {
    let moment = moment(to)?;
    let source = Environment::table_name()?;
    let named_after = match moment {
        Moment::Latest => environment::now(),
        Moment::At(time) => time,
    };
    let target = format!("{source}-{}", named_after.strftime("%Y%m%dT%H%M%SZ"));
    println!("Restoring {source} to {target} ...");
    let client = aws_sdk_dynamodb::Client::new(&environment.aws);
    let restore = client.restore_table_to_point_in_time().source_table_name(source).target_table_name(&target);
    let restore = match moment {
        Moment::Latest => restore.use_latest_restorable_time(true),
        Moment::At(time) => restore.restore_date_time(DateTime::from_secs(time.as_second())),
    };
    restore.send().await.context("the table can't be restored")?;
    client.wait_until_table_exists().table_name(&target).wait(AT_MOST).await.context("the table is not there")?;
    println!(
        "It is there. What the stack's own table lost since comes back with:\n  cargo xtask put-back --from {target}"
    );
    Ok(ExitCode::SUCCESS)
}

/// Reads a time; it must say its distance from UTC.
fn moment(text: &str) -> Result<Moment> {
    if text == "latest" {
        return Ok(Moment::Latest);
    }
    if let Ok(time) = text.parse() {
        return Ok(Moment::At(time));
    }
    match text.parse::<civil::DateTime>() {
        Ok(time) => bail!("{text} has no time zone; write it as {time}Z for UTC"),
        Err(_) => bail!("{text} is no time; write it as 2026-11-24T20:15:00Z"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_zone() {
        let at = Moment::At("2026-11-24T20:15:00Z".parse().unwrap());
        assert_eq!(moment("2026-11-24T20:15:00Z").unwrap(), at);
        assert_eq!(moment("2026-11-24T21:15:00+01:00").unwrap(), at);
        assert_eq!(moment("latest").unwrap(), Moment::Latest);
        let refusal = |text| moment(text).unwrap_err().to_string();
        assert_eq!(
            refusal("2026-11-24T20:15:00"),
            "2026-11-24T20:15:00 has no time zone; write it as 2026-11-24T20:15:00Z for UTC"
        );
        assert_eq!(refusal("yesterday"), "yesterday is no time; write it as 2026-11-24T20:15:00Z");
    }
}
