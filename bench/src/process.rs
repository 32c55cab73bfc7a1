//! What Linux counts: a process's processor time and resident memory, and the machine's load.

use std::fs;
use std::time::Duration;

use procfs_core::process::{Schedstat, Status};
use procfs_core::{FromRead as _, LoadAverage};

/// What a process has used so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Used {
    /// User and system time of all its threads.
    pub(crate) cpu: Duration,
    /// Resident memory in bytes.
    pub(crate) memory: u64,
}

impl Used {
    /// Of a running process; zero of one that has ended.
    pub(crate) fn by(pid: u32) -> Self {
        let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        // Only the scheduler counts in nanoseconds. A thread may end before it is read.
        let times = threads.filter_map(|thread| Schedstat::from_file(thread.path().join("schedstat")).ok());
        let status = Status::from_file(format!("/proc/{pid}/status")).ok();
        Self {
            cpu: Duration::from_nanos(times.map(|time| time.sum_exec_runtime).sum()),
            memory: status.and_then(|status| status.vmrss).unwrap_or(0) * 1024,
        }
    }
}

/// The machine's load average over the last minute.
pub(crate) fn load_average() -> f64 {
    // Linux gives two decimals.
    LoadAverage::from_file("/proc/loadavg").map_or(f64::NAN, |load| (f64::from(load.one) * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_something() {
        let used = Used::by(std::process::id());
        assert!(used.cpu > Duration::ZERO && used.memory > 100_000, "{used:?}");
        assert!(load_average() >= 0.0);
    }
}
