//! Where things are: the checkout, the tools, the build's output, and a stack's own folder.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use anyhow::{Context, Result};

/// The checkout.
pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        // Cargo sets it at run time. The value of the build may be another checkout with the same `CARGO_TARGET_DIR`.
        let here = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        here.parent().map_or_else(|| here.clone(), Path::to_owned)
    });
    &ROOT
}

/// Pinned tools that are not Rust or Node packages of the repo: `TOOLS_DIR`, or `.local/tools`.
pub(crate) fn tools() -> PathBuf {
    absolute(env::var_os("TOOLS_DIR"), ".local/tools")
}

/// Cargo's output folder, the same for every build that xtask starts.
pub(crate) fn target() -> PathBuf {
    absolute(env::var_os("CARGO_TARGET_DIR"), "target")
}

/// The output of `cargo lambda build`: `<binary>/bootstrap`.
pub(crate) fn archives() -> PathBuf {
    target().join("lambda")
}

fn absolute(given: Option<OsString>, default: &str) -> PathBuf {
    match given.filter(|text| !text.is_empty()) {
        Some(path) => env::current_dir().unwrap_or_default().join(path),
        None => root().join(default),
    }
}

/// A path as a person would write it: from the checkout where it lies inside.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The folder of one running stack: `.local` for `dev`, one of its own for a test.
#[derive(Debug, Clone)]
pub(crate) struct State {
    folder: PathBuf,
}

impl State {
    /// The developer's stack.
    pub(crate) fn dev() -> Self {
        Self { folder: root().join(".local") }
    }

    /// The folder of the stack that `STACK_JSON` names, or the developer's.
    pub(crate) fn current() -> Self {
        let named = env::var_os("STACK_JSON").filter(|path| !path.is_empty());
        let path = named.map(|path| env::current_dir().unwrap_or_default().join(path));
        let folder = path.as_deref().and_then(Path::parent).map(Path::to_owned);
        folder.map_or_else(Self::dev, |folder| Self { folder })
    }

    /// A test's own stack, apart from the developer's.
    pub(crate) fn test(name: &str) -> Self {
        Self { folder: root().join(".local/test").join(name) }
    }

    /// The tests' stacks that have left something behind.
    pub(crate) fn tests() -> Vec<Self> {
        let folders = fs::read_dir(root().join(".local/test")).into_iter().flatten().flatten();
        folders.map(|entry| Self { folder: entry.path() }).collect()
    }

    #[cfg(test)]
    pub(crate) fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub(crate) fn stack_json(&self) -> PathBuf {
        self.folder.join("stack.json")
    }

    pub(crate) fn pids_json(&self) -> PathBuf {
        self.folder.join("pids.json")
    }

    /// A log file in this stack's folder, which is made if need be.
    pub(crate) fn log(&self, name: &str) -> Result<PathBuf> {
        Ok(self.made("log")?.join(format!("{name}.log")))
    }

    /// A folder in this stack's folder, which is made if need be.
    pub(crate) fn made(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", shown(&folder)))?;
        Ok(folder)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Writes a file so that a reader sees the old one or the new one, never half of it.
pub(crate) fn write_atomically(path: &Path, content: &str) -> Result<()> {
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&draft, content))
        .and_then(|()| fs::rename(&draft, path));
    written.with_context(|| format!("cannot write {}", shown(path)))
}

/// Waits until no other job or process uses what is at a path, and keeps it until the handle is dropped. The lock is a
/// file beside it.
pub(crate) fn lock(path: &Path) -> Result<File> {
    locked(path, File::lock)
}

/// As [`lock`], for one of many that only read: it waits for those that write.
pub(crate) fn lock_shared(path: &Path) -> Result<File> {
    locked(path, File::lock_shared)
}

fn locked(path: &Path, lock: fn(&File) -> io::Result<()>) -> Result<File> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.lock"));
    let open = || {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let file = File::create(&beside)?;
        lock(&file)?;
        Ok::<_, io::Error>(file)
    };
    open().with_context(|| format!("cannot lock {}", shown(&beside)))
}

/// Removes a file that may not be there.
pub(crate) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", shown(path)))
        }
        _ => Ok(()),
    }
}
