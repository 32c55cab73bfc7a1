//! Writes what another table has, and the stack's own has not, into the stack's own.

use std::process::ExitCode;

use anyhow::Result;

use crate::environment::{self, Environment};
use crate::tally::Tally;

/// What to do with what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Only count it.
    Count,
    /// Write it.
    Write,
}

/// Items that differ stay as they are, unless they are in the partition that is named: that one is made as it was.
pub(crate) async fn run(
    environment: &Environment,
    from: &str,
    mode: Mode,
    partition: Option<&str>,
) -> Result<ExitCode> {
    let (own, source) = (environment.table()?, environment.table_named(from));
    let (mut missing, mut differing) = (Tally::default(), Tally::default());
    let mut start = None;
    loop {
        let page = own.differences(&source, partition, environment::now(), start.as_ref()).await?;
        for difference in page.items {
            let tally = if difference.is_missing() { &mut missing } else { &mut differing };
            tally.add(difference.kind());
            if mode == Mode::Write && (difference.is_missing() || partition.is_some()) {
                own.put_back(difference).await?;
            }
        }
        start = page.next;
        if start.is_none() {
            break;
        }
    }
    print!("{}", report(&missing, &differing, mode, partition.is_some()));
    Ok(ExitCode::SUCCESS)
}

fn report(missing: &Tally, differing: &Tally, mode: Mode, made_as_it_was: bool) -> String {
    let (lost, changed) = match (mode, made_as_it_was) {
        (Mode::Count, _) => ("are missing", "differ"),
        (Mode::Write, true) => ("were missing and are back", "differ and are as they were"),
        (Mode::Write, false) => ("were missing and are back", "differ and stay as they are"),
    };
    format!("{} items {lost}: {missing}\n{} items {changed}: {differing}\n", missing.total(), differing.total())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_says_what_was_done() {
        let (mut missing, mut differing) = (Tally::default(), Tally::default());
        missing.add("CONV E".to_owned());
        let lines = |mode, partition| report(&missing, &Tally::default(), mode, partition);
        assert_eq!(lines(Mode::Count, false), "1 items are missing: CONV E 1\n0 items differ: none\n");
        assert!(lines(Mode::Write, false).starts_with("1 items were missing and are back: CONV E 1\n"));
        differing.add("CONV HEAD".to_owned());
        let lines = |partition| report(&Tally::default(), &differing, Mode::Write, partition);
        assert!(lines(false).ends_with("1 items differ and stay as they are: CONV HEAD 1\n"));
        assert!(lines(true).ends_with("1 items differ and are as they were: CONV HEAD 1\n"));
    }
}
