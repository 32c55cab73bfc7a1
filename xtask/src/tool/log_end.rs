//! The end of a log: what an error shows of it, and what a moving line does.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

/// Lines of a log that an error shows.
const TAIL_LINES: usize = 30;
const TAIL_BYTES: u64 = 16 * 1024;

/// The last lines of a log, indented.
pub(crate) fn tail(log: &Path) -> String {
    let text = end_of(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(TAIL_LINES);
    lines[from..].iter().fold(String::new(), |shown, line| shown + "    " + line + "\n")
}

/// The last line that is not empty.
pub(crate) fn last_line(log: &Path) -> Option<String> {
    let text = end_of(log)?;
    Some(text.lines().rev().find(|line| !line.trim().is_empty())?.trim().to_owned())
}

fn end_of(log: &Path) -> Option<String> {
    let mut file = File::open(log).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES))).ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
