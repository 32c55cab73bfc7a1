//! What a person sees while something takes its time: a moving line on a terminal, plain lines elsewhere.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// How often plain output says that a step still runs.
const HEARTBEAT: Duration = Duration::from_secs(30);
const FRAMES: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/// The moving line is cut here, so that it never wraps and leaves its beginning behind.
const WIDTH: usize = 78;

/// One step under way. Dropping it without [`Step::done`] means that it failed.
pub(crate) struct Step {
    title: String,
    started: Instant,
    said: Instant,
    tick: usize,
    live: bool,
    finished: bool,
}

impl Step {
    /// Begins a step whose output goes to a log.
    pub(crate) fn begin(title: &str) -> Self {
        Self::new(title, io::stderr().is_terminal())
    }

    /// Begins a step that prints for itself, such as cargo with its own progress.
    pub(crate) fn begin_verbose(title: &str) -> Self {
        Self::new(title, false)
    }

    fn new(title: &str, live: bool) -> Self {
        if !live {
            eprintln!("· {title} ...");
        }
        let now = Instant::now();
        Self { title: title.to_owned(), started: now, said: now, tick: 0, live, finished: false }
    }

    /// Shows that the step still runs; `detail` is the last line it wrote.
    pub(crate) fn tick(&mut self, detail: &str) {
        if self.live {
            self.tick += 1;
            let frame = FRAMES[self.tick / 2 % FRAMES.len()];
            let seconds = self.started.elapsed().as_secs();
            let line: String = format!("{frame} {} ({seconds} s) {detail}", self.title).chars().take(WIDTH).collect();
            eprint!("\r\x1b[2K{line}");
            let _ = io::stderr().flush();
        } else if self.said.elapsed() >= HEARTBEAT {
            self.said = Instant::now();
            eprintln!("  {} still runs ({})", self.title, time(self.started.elapsed()));
        }
    }

    /// Ends the step well.
    pub(crate) fn done(mut self) {
        self.end("✓");
    }

    fn end(&mut self, mark: &str) {
        if !self.finished {
            self.finished = true;
            let clear = if self.live { "\r\x1b[2K" } else { "" };
            eprintln!("{clear}{mark} {} ({})", self.title, time(self.started.elapsed()));
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.end("✗");
    }
}

/// A duration for people.
pub(crate) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 10 {
        format!("{:.1} s", duration.as_secs_f32())
    } else if seconds < 120 {
        format!("{seconds} s")
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(time(Duration::from_millis(1240)), "1.2 s");
        assert_eq!(time(Duration::from_secs(75)), "75 s");
        assert_eq!(time(Duration::from_secs(125)), "2 min 5 s");
    }
}
