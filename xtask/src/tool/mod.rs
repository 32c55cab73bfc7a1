//! What the other folders build on: processes, paths, ports, progress, installed tools.

pub(crate) mod browser;
pub(crate) mod exec;
pub(crate) mod http;
pub(crate) mod interrupt;
pub(crate) mod jobs;
pub(crate) mod log_end;
pub(crate) mod machine;
pub(crate) mod paths;
pub(crate) mod port;
pub(crate) mod process;
pub(crate) mod progress;
pub(crate) mod stamp;
pub(crate) mod tools;
