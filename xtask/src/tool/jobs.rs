//! Runs jobs side by side, each as soon as what it needs is done; the first failure stops the others.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Error, Result, anyhow, bail};

use crate::tool::{interrupt, progress};

/// What only one job at a time may use: a second one would only wait for it, and keep a worker from other jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exclusive {
    /// Cargo's debug builds, which share one lock.
    DebugBuild,
    /// Cargo's release builds, which share another.
    ReleaseBuild,
}

/// Something to do.
pub(crate) struct Job<'a> {
    name: &'static str,
    after: &'static [&'static str],
    uses: Option<Exclusive>,
    work: Box<dyn FnOnce() -> Result<()> + Send + 'a>,
}

impl<'a> Job<'a> {
    /// A job that needs nothing else.
    pub(crate) fn new(name: &'static str, work: impl FnOnce() -> Result<()> + Send + 'a) -> Self {
        Self { name, after: &[], uses: None, work: Box::new(work) }
    }

    /// The job waits for these, as far as they are among the jobs.
    pub(crate) fn after(self, names: &'static [&'static str]) -> Self {
        Self { after: names, ..self }
    }

    /// No other job that uses the same runs at the same time.
    pub(crate) fn using(self, exclusive: Exclusive) -> Self {
        Self { uses: Some(exclusive), ..self }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Passed,
    Failed,
    /// It was stopped because another one failed.
    Stopped,
}

/// A job that ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) time: Duration,
    pub(crate) end: End,
}

/// The jobs that ended, in that order, and the first failure.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) failure: Option<(&'static str, Error)>,
}

/// As many jobs at a time as the machine runs well: many use more than one processor themselves, many mostly wait.
pub(crate) fn workers() -> usize {
    thread::available_parallelism().map_or(2, usize::from).clamp(2, 4)
}

/// Runs all jobs, earlier ones first. One at a time, they show their output as it comes; of several, each shows the output
/// of a step when that ends.
pub(crate) fn run(jobs: Vec<Job<'_>>, workers: usize) -> Report {
    // The others stop as they would on Ctrl-C.
    run_until_failure(jobs, workers, &interrupt::ask)
}

fn run_until_failure(jobs: Vec<Job<'_>>, workers: usize, stop: &(dyn Fn() + Sync)) -> Report {
    let apart = workers > 1 && jobs.len() > 1;
    let board = Board { stop, state: Mutex::new(State { waiting: jobs, ..State::default() }), changed: Condvar::new() };
    if apart {
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| board.work(true));
            }
        });
    } else {
        board.work(false);
    }
    let state = board.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    Report { outcomes: state.outcomes, failure: state.failure }
}

/// What the workers share.
struct Board<'a> {
    stop: &'a (dyn Fn() + Sync),
    state: Mutex<State<'a>>,
    changed: Condvar,
}

#[derive(Default)]
struct State<'a> {
    waiting: Vec<Job<'a>>,
    running: Vec<(&'static str, Option<Exclusive>)>,
    outcomes: Vec<Outcome>,
    failure: Option<(&'static str, Error)>,
}

impl<'a> Board<'a> {
    /// Takes jobs until none is left.
    fn work(&self, apart: bool) {
        while let Some(Job { name, work, .. }) = self.take() {
            let since = Instant::now();
            let guarded = || panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| bail!("it panicked"));
            let result = if apart { progress::as_job(name, guarded) } else { guarded() };
            self.end(name, since.elapsed(), result);
        }
    }

    /// The next job that can run; waits for one, and gives none when all are taken or one failed.
    fn take(&self) -> Option<Job<'a>> {
        let mut state = self.lock();
        loop {
            if state.waiting.is_empty() || state.failure.is_some() {
                return None;
            }
            if let Some(index) = state.waiting.iter().position(|job| state.can_run(job)) {
                let job = state.waiting.remove(index);
                state.running.push((job.name, job.uses));
                return Some(job);
            }
            if state.running.is_empty() {
                let name = state.waiting[0].name;
                state.failure = Some((name, anyhow!("jobs wait for each other")));
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn end(&self, name: &'static str, time: Duration, result: Result<()>) {
        let mut state = self.lock();
        state.running.retain(|(running, _)| *running != name);
        let end = match &result {
            Ok(()) => End::Passed,
            Err(_) if state.failure.is_some() => End::Stopped,
            Err(_) => End::Failed,
        };
        state.outcomes.push(Outcome { name, time, end });
        if let Err(error) = result
            && state.failure.is_none()
        {
            state.failure = Some((name, error));
            (self.stop)();
        }
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State<'_> {
    fn can_run(&self, job: &Job<'_>) -> bool {
        let needed = |name: &str| job.after.contains(&name);
        let waits =
            self.waiting.iter().any(|other| needed(other.name)) || self.running.iter().any(|(name, _)| needed(name));
        let taken = job.uses.is_some() && self.running.iter().any(|(_, uses)| *uses == job.uses);
        !waits && !taken
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    use super::*;

    /// Runs jobs and gives the order in which they began and ended.
    fn history(
        jobs: impl FnOnce(&dyn Fn(&'static str) -> Box<dyn FnOnce() -> Result<()> + Send>) -> Vec<Job<'static>>,
    ) -> Vec<String> {
        let history = Arc::new(Mutex::new(Vec::new()));
        let log = |name: &'static str| -> Box<dyn FnOnce() -> Result<()> + Send> {
            let history = Arc::clone(&history);
            Box::new(move || {
                let say = |what: &str| history.lock().expect("the history").push(format!("{what} {name}"));
                say("begin");
                thread::sleep(Duration::from_millis(30));
                say("end");
                Ok(())
            })
        };
        let report = run(jobs(&log), 2);
        assert!(report.failure.is_none(), "{:?}", report.failure);
        assert!(report.outcomes.iter().all(|outcome| outcome.end == End::Passed));
        let history = history.lock().expect("the history");
        history.clone()
    }

    #[test]
    fn a_job_waits_for_what_it_needs() {
        let history =
            history(|log| vec![Job::new("b", log("b")).after(&["a", "not asked for"]), Job::new("a", log("a"))]);
        assert_eq!(history, ["begin a", "end a", "begin b", "end b"]);
    }

    #[test]
    fn jobs_run_side_by_side_unless_they_use_the_same() {
        let free = history(|log| vec![Job::new("a", log("a")), Job::new("b", log("b"))]);
        assert!(free[1].starts_with("begin"), "{free:?}");
        let lock = Exclusive::DebugBuild;
        let same = history(|log| vec![Job::new("a", log("a")).using(lock), Job::new("b", log("b")).using(lock)]);
        assert!(same[1].starts_with("end"), "{same:?}");
    }

    #[test]
    fn a_failure_stops_the_others_and_is_the_one_that_is_reported() {
        let stopped = AtomicBool::new(false);
        let until_stopped = || {
            while !stopped.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(1));
            }
            bail!("stopped")
        };
        let jobs = vec![
            Job::new("long", until_stopped),
            Job::new("bad", || bail!("it is broken")),
            Job::new("never", || panic!("nothing begins after a failure")).after(&["bad"]),
        ];
        let report = run_until_failure(jobs, 2, &|| stopped.store(true, Ordering::SeqCst));
        let (name, error) = report.failure.expect("a failure");
        assert_eq!((name, error.to_string().as_str()), ("bad", "it is broken"));
        let names: Vec<_> = report.outcomes.iter().map(|outcome| (outcome.name, outcome.end)).collect();
        assert_eq!(names, [("bad", End::Failed), ("long", End::Stopped)]);
    }

    #[test]
    fn jobs_that_wait_for_each_other_are_an_error() {
        let jobs = vec![Job::new("a", || Ok(())).after(&["b"]), Job::new("b", || Ok(())).after(&["a"])];
        let report = run(jobs, 2);
        assert!(report.outcomes.is_empty());
        assert_eq!(report.failure.expect("an error").1.to_string(), "jobs wait for each other");
    }
}
