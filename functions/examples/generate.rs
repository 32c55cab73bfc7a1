//! Writes the committed files that follow from the lists of functions; `cargo xtask generate` runs it.

use std::path::{Path, PathBuf};
use std::{fs, io};

use functions::generated;

fn main() -> io::Result<()> {
    // As Cargo says when it runs this: a build may be another checkout's with the same target directory.
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default().join("..");
    let files = generated::files();
    let binaries = root.join("functions/src/bin");
    for entry in fs::read_dir(&binaries)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !files.contains_key(&format!("functions/src/bin/{name}")) {
            fs::remove_file(path)?;
        }
    }
    for (path, text) in files {
        write(&root.join(path), &text)?;
    }
    let manifest = root.join("Cargo.toml");
    write(&manifest, &generated::manifest(&fs::read_to_string(&manifest)?))
}

/// Writes a file that holds something else: what is current keeps its time, so that nothing is built again for it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|present| present == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}
