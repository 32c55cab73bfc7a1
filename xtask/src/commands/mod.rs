//! The commands that a developer calls, one file each. They use the checks, these the stack, and that the tools: nothing
//! points the other way.

pub(crate) mod bench;
pub(crate) mod deploy;
pub(crate) mod destroy;
pub(crate) mod dev;
pub(crate) mod generate;
pub(crate) mod logs;
pub(crate) mod rebuild_search;
pub(crate) mod redrive;
pub(crate) mod restore;
pub(crate) mod seed;
pub(crate) mod test;
pub(crate) mod token;
pub(crate) mod watch;
