//! The stack's long-lived processes: started in a group of their own, recorded, and stopped by `down` even from
//! another terminal. A process that got the same id later is never stopped by mistake.

use std::{
    fs::{self, File},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};

use crate::tool::{
    log_end,
    paths::{self, State},
};

const POLL: Duration = Duration::from_millis(50);
/// How long a process may take to stop before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// A started process. Its id together with its start time identify it; its variables show whether it is still the right one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) pid: u32,
    pub(crate) started: String,
    pub(crate) port: u16,
    #[serde(default)]
    pub(crate) variables: String,
}

/// The environment variables that are set for a command, one per line.
pub(crate) fn variables(command: &Command) -> String {
    let set = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    set.fold(String::new(), |lines, (name, value)| {
        lines + &format!("{}={}\n", name.to_string_lossy(), value.to_string_lossy())
    })
}

impl Service {
    /// Starts a process that outlives this one, with its output in a log.
    pub(crate) fn start(state: &State, name: &str, port: u16, command: &mut Command) -> Result<Self> {
        let log = File::create(state.log(name)?).with_context(|| format!("cannot write the log of {name}"))?;
        let copy = log.try_clone().context("cannot share the log")?;
        let child = command.stdin(Stdio::null()).stdout(log).stderr(copy).process_group(0).spawn();
        let pid = child.with_context(|| format!("cannot start {name}"))?.id();
        let started = start_time(pid).with_context(|| format!("{name} ended as soon as it was started"))?;
        Ok(Self { name: name.to_owned(), pid, started, port, variables: variables(command) })
    }

    /// Whether this very process runs, not just one with its id.
    pub(crate) fn alive(&self) -> bool {
        start_time(self.pid).is_some_and(|started| started == self.started)
    }

    /// Stops it with its children. A process that is gone already is no error.
    pub(crate) fn stop(&self) -> Result<()> {
        for (signal, patience) in [(Signal::TERM, GRACE), (Signal::KILL, Duration::from_secs(2))] {
            if !self.alive() {
                return Ok(());
            }
            signal_group(self.pid, signal);
            let since = Instant::now();
            while self.alive() && since.elapsed() < patience {
                thread::sleep(POLL);
            }
        }
        if self.alive() {
            bail!("{} (process {}) does not stop", self.name, self.pid);
        }
        Ok(())
    }

    /// The message for a process that ended by itself, with the end of its log.
    pub(crate) fn unexpected_end(&self, state: &State) -> String {
        match state.log(&self.name) {
            Ok(log) => {
                format!("{} ended by itself. The end of {}:\n{}", self.name, paths::shown(&log), log_end::tail(&log))
            }
            Err(_) => format!("{} ended by itself", self.name),
        }
    }
}

/// The content of `.local/pids.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Services {
    services: Vec<Service>,
}

impl Services {
    /// All that were started and not stopped since, whether they still run or not.
    pub(crate) fn recorded(state: &State) -> Result<Self> {
        let path = state.pids_json();
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).with_context(|| {
                format!("{} is damaged; stop what it lists by hand and remove it", paths::shown(&path))
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", paths::shown(&path))),
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    pub(crate) fn all(&self) -> &[Service] {
        &self.services
    }

    /// Records a service in place of an earlier one of its name.
    pub(crate) fn record(&mut self, state: &State, service: Service) -> Result<()> {
        self.services.retain(|known| known.name != service.name);
        self.services.push(service);
        self.write(state)
    }

    /// Empties the record and gives what it held: the caller stops these.
    pub(crate) fn take(state: &State) -> Result<Self> {
        let services = Self::recorded(state)?;
        paths::remove(&state.pids_json())?;
        Ok(services)
    }

    /// Forgets a service that was stopped.
    pub(crate) fn forget(&mut self, state: &State, name: &str) -> Result<()> {
        self.services.retain(|known| known.name != name);
        if self.services.is_empty() { paths::remove(&state.pids_json()) } else { self.write(state) }
    }

    fn write(&self, state: &State) -> Result<()> {
        paths::write_atomically(&state.pids_json(), &format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}

/// Stops a command that this process runs, with its children.
pub(crate) fn stop_child(child: &mut Child) {
    for signal in [Signal::TERM, Signal::KILL] {
        signal_group(child.id(), signal);
        let since = Instant::now();
        while since.elapsed() < GRACE {
            match child.try_wait() {
                Ok(None) => thread::sleep(POLL),
                Ok(Some(_)) | Err(_) => return,
            }
        }
    }
}

fn signal_group(leader: u32, signal: Signal) {
    let group = i32::try_from(leader).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        // It only fails if the group is gone, which is the aim.
        let _ = kill_process_group(group, signal);
    }
}

/// When a running process started, as text that tells it from any other process of the machine with the same id.
#[cfg(target_os = "linux")]
fn start_time(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let (state, ticks) = state_and_ticks(&stat)?;
    (state != "Z").then(|| format!("{}:{ticks}", boot.trim()))
}

/// Fields 3 and 22 of `/proc/<pid>/stat`; field 2 is a name that may hold spaces and parentheses.
#[cfg(target_os = "linux")]
fn state_and_ticks(stat: &str) -> Option<(&str, &str)> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    Some((state, fields.nth(18)?))
}

/// When a running process started, as `ps` says it.
#[cfg(not(target_os = "linux"))]
fn start_time(pid: u32) -> Option<String> {
    let output = Command::new("ps").args(["-o", "stat=,lstart=", "-p", &pid.to_string()]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (state, started) = text.trim().split_once(' ')?;
    (!state.starts_with('Z')).then(|| started.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(state: &State) -> Service {
        Service::start(state, "sleeper", 1, Command::new("sleep").arg("60")).expect("sleep starts")
    }

    #[test]
    fn a_service_is_started_recorded_found_and_stopped() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = State::at(folder.path());
        let service = sleeper(&state);
        Services::default().record(&state, service.clone()).expect("recorded");

        let mut services = Services::recorded(&state).expect("read back");
        assert_eq!(services.find("sleeper"), Some(&service));
        assert!(service.alive());
        service.stop().expect("stopped");
        assert!(!service.alive());
        service.stop().expect("stopping twice is no error");
        services.forget(&state, "sleeper").expect("forgotten");
        assert!(!state.pids_json().exists());
    }

    #[test]
    fn another_process_with_the_same_id_is_not_stopped() {
        let folder = tempfile::tempdir().expect("a folder");
        let service = sleeper(&State::at(folder.path()));
        let earlier = Service { started: "another boot:1".to_owned(), ..service.clone() };
        assert!(!earlier.alive());
        earlier.stop().expect("nothing to stop");
        assert!(service.alive(), "the other process still runs");
        service.stop().expect("stopped");
    }

    #[test]
    fn a_service_is_stopped_with_its_children() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = State::at(folder.path());
        let script = "sleep 61 & echo $!; wait";
        let service = Service::start(&state, "parent", 1, Command::new("sh").args(["-c", script])).expect("sh starts");
        let log = state.log("parent").expect("a log");
        let child = loop {
            if let Ok(pid) = fs::read_to_string(&log).unwrap_or_default().trim().parse() {
                break pid;
            }
            thread::sleep(POLL);
        };
        assert!(start_time(child).is_some());
        service.stop().expect("stopped");
        let since = Instant::now();
        while start_time(child).is_some() && since.elapsed() < GRACE {
            thread::sleep(POLL);
        }
        assert_eq!(start_time(child), None);
    }

    #[test]
    fn a_damaged_record_is_an_error_and_a_missing_one_is_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = State::at(folder.path());
        assert!(Services::recorded(&state).expect("nothing started").all().is_empty());
        fs::write(state.pids_json(), "{").expect("written");
        assert!(Services::recorded(&state).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_with_parentheses_is_read() {
        let stat = "7 (a) S (b) R 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 2";
        assert_eq!(state_and_ticks(stat), Some(("R", "4242")));
    }
}
