//! "Has anything changed since?": a hash of what a step depends on, kept in a small file beside its result.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::tool::paths;

/// Folders that hold results and tests, not sources.
const RESULTS: [&str; 5] = ["node_modules", "cdk.out", "dist", "screenshots", "test"];

/// Collects what a step depends on.
#[derive(Default)]
pub(crate) struct Inputs(Sha256);

impl Inputs {
    /// A word, such as a version or an option.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.add(text.as_bytes());
        self
    }

    /// A file's content.
    pub(crate) fn file(mut self, path: &Path) -> Result<Self> {
        let content = fs::read(path).with_context(|| format!("cannot read {}", paths::shown(path)))?;
        self.add(&content);
        Ok(self)
    }

    /// Every file below a folder but for results, by name and content.
    pub(crate) fn folder(mut self, folder: &Path) -> Result<Self> {
        for path in files_below(folder)? {
            let name = path.strip_prefix(folder).unwrap_or(&path);
            self.add(name.as_os_str().as_encoded_bytes());
            self = self.file(&path)?;
        }
        Ok(self)
    }

    /// Length first, so that two inputs never read as one.
    fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes.len().to_le_bytes());
        self.0.update(bytes);
    }

    /// The stamp in `file`, for these inputs.
    pub(crate) fn stamp(self, file: PathBuf) -> Stamp {
        Stamp { hash: self.hash(), file }
    }

    /// The hash of these inputs, in hexadecimal digits.
    pub(crate) fn hash(self) -> String {
        self.0.finalize().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }
}

/// The hash of some inputs, and the file that says for which the step was done.
pub(crate) struct Stamp {
    hash: String,
    file: PathBuf,
}

impl Stamp {
    /// Whether the step was done with these very inputs.
    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|known| known.trim() == self.hash)
    }

    /// Forgets the step while it is done again, so that half of it never counts.
    pub(crate) fn clear(&self) -> Result<()> {
        paths::remove(&self.file)
    }

    /// Says that the step is done.
    pub(crate) fn set(&self) -> Result<()> {
        paths::write_atomically(&self.file, &format!("{}\n", self.hash))
    }
}

/// Every file below a folder, in order, but for those in folders of results.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let entries = fs::read_dir(&next).with_context(|| format!("cannot read {}", paths::shown(&next)))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {}", paths::shown(&next)))?;
            let name = entry.file_name();
            if entry.file_type()?.is_dir() {
                if !RESULTS.iter().any(|result| name == *result) {
                    open.push(entry.path());
                }
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_current_until_something_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("source");
        let stamp = |version: &str| {
            let inputs = Inputs::default().text(version).folder(&source).expect("readable");
            inputs.stamp(folder.path().join("stamp"))
        };
        fs::create_dir_all(source.join("node_modules")).expect("made");
        fs::write(source.join("a"), "1").expect("written");
        assert!(!stamp("1").is_current(), "never done");
        stamp("1").set().expect("set");
        assert!(stamp("1").is_current());
        assert!(!stamp("2").is_current(), "another version");
        fs::write(source.join("node_modules/b"), "1").expect("written");
        assert!(stamp("1").is_current(), "results do not count");
        fs::write(source.join("a"), "2").expect("written");
        assert!(!stamp("1").is_current(), "another content");
        fs::write(source.join("a"), "1").expect("written");
        fs::rename(source.join("a"), source.join("c")).expect("renamed");
        assert!(!stamp("1").is_current(), "another name");
        stamp("1").set().expect("set");
        stamp("1").clear().expect("cleared");
        assert!(!stamp("1").is_current(), "cleared");
    }
}
