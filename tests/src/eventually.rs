//! Waiting for what the stream brings about: looks again and again, until a deadline.

use std::time::{Duration, Instant};

/// How soon what follows from a change must be seen.
pub const SOON: Duration = Duration::from_secs(3);

/// How long something may take that nobody waits for.
pub const IN_TIME: Duration = Duration::from_secs(20);

/// How long it pauses between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Looks until `look` finds what it looks for; if that is not within the time, fails with what it saw last.
pub async fn eventually<T>(what: &str, within: Duration, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let begun = Instant::now();
    loop {
        let late = begun.elapsed() >= within;
        match look().await {
            Ok(found) => return found,
            Err(seen) if late => panic!("{what}: not within {within:?}; last seen: {seen}"),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// For [`eventually`]: what is looked for, or what is seen instead.
pub fn found_if<T: std::fmt::Debug>(found: bool, seen: T) -> Result<T, String> {
    if found { Ok(seen) } else { Err(format!("{seen:#?}")) }
}
