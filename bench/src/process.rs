//! What a process has used, as Linux tells it: processor time and resident memory.

use std::fs;
use std::time::Duration;

/// What a process has used up to now.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Used {
    /// User and system time of all its threads.
    pub(crate) cpu: Duration,
    /// Resident memory in bytes.
    pub(crate) memory: u64,
}

impl Used {
    /// Of a running process; nothing of one that is gone.
    pub(crate) fn by(pid: u32) -> Self {
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        let nanoseconds = tasks.filter_map(|task| {
            let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<u64>().ok()
        });
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        Self { cpu: Duration::from_nanos(nanoseconds.sum()), memory: resident(&status).unwrap_or(0) }
    }
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_something() {
        let used = Used::by(std::process::id());
        assert!(used.cpu > Duration::ZERO && used.memory > 100_000, "{used:?}");
        assert_eq!(resident("Name:\tx\nVmRSS:\t  2048 kB\n"), Some(2_097_152));
    }
}
