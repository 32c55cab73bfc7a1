//! Progress of steps that take a while: a moving line on a terminal, plain lines elsewhere.

use std::{
    cell::Cell,
    io::{self, IsTerminal, Write},
    mem,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often plain output says that a step still runs.
const HEARTBEAT: Duration = Duration::from_secs(30);
const FRAMES: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/// The moving line is cut here, so that it never wraps and leaves its beginning behind.
const WIDTH: usize = 78;

thread_local! {
    /// The job that this thread works on beside others.
    static JOB: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Every step that ended, with its job.
static ENDED: Mutex<Vec<EndedStep>> = Mutex::new(Vec::new());

/// A step that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EndedStep {
    pub(crate) job: Option<&'static str>,
    pub(crate) title: String,
    pub(crate) time: Duration,
}

/// Does the work of a job that runs beside others: its lines bear its name.
pub(crate) fn as_job<T>(name: &'static str, work: impl FnOnce() -> T) -> T {
    JOB.set(Some(name));
    let result = work();
    JOB.set(None);
    result
}

/// The job that this thread works on beside others.
pub(crate) fn job() -> Option<&'static str> {
    JOB.get()
}

/// The steps that ended since the last call.
pub(crate) fn take_steps() -> Vec<EndedStep> {
    mem::take(&mut *ENDED.lock().unwrap_or_else(PoisonError::into_inner))
}

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
        Self::new(title, job().is_none() && io::stderr().is_terminal())
    }

    /// Begins a step that prints for itself, such as cargo with its own progress.
    pub(crate) fn begin_verbose(title: &str) -> Self {
        Self::new(title, false)
    }

    fn new(title: &str, live: bool) -> Self {
        if !live {
            eprintln!("· {}{title} ...", prefix());
        }
        let now = Instant::now();
        Self { title: title.to_owned(), started: now, said: now, tick: 0, live, finished: false }
    }

    /// Shows what the step printed, whole: lines of other jobs come before or after it.
    pub(crate) fn show(&self, output: &[u8]) {
        let mut stderr = io::stderr().lock();
        let _ = writeln!(stderr, "── {}{} ──", prefix(), self.title);
        let _ = stderr.write_all(output);
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
            eprintln!("  {}{} still runs ({})", prefix(), self.title, time(self.started.elapsed()));
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
            let elapsed = self.started.elapsed();
            eprintln!("{clear}{mark} {}{} ({})", prefix(), self.title, time(elapsed));
            let ended = EndedStep { job: job(), title: self.title.clone(), time: elapsed };
            ENDED.lock().unwrap_or_else(PoisonError::into_inner).push(ended);
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.end("✗");
    }
}

/// The name of this thread's job, where there is one.
fn prefix() -> String {
    job().map_or_else(String::new, |job| format!("[{job}] "))
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

    #[test]
    fn a_step_is_kept_with_its_job_and_time() {
        as_job("a-job", || Step::begin("A step").done());
        assert_eq!(job(), None);
        let ended = ENDED.lock().expect("the steps").clone();
        assert!(ended.iter().any(|step| step.job == Some("a-job") && step.title == "A step"), "{ended:?}");
    }
}
