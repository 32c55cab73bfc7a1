//! The sizes of the functions' binaries, and of the archives that are made of them.

use std::fs;
use std::io::Write as _;

use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::figures::{Section, number};
use crate::setup::Setup;

/// What a ZIP file with one file has around it.
const AROUND: usize = 150;

/// The figures' names.
pub(crate) const BINARY: &str = "binary, MiB";
pub(crate) const ARCHIVE: &str = "archive, MiB";

pub(crate) fn measure(setup: &Setup, section: &mut Section) -> Result<()> {
    for (name, path) in setup.functions()? {
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut archive = DeflateEncoder::new(Vec::new(), Compression::default());
        archive.write_all(&bytes)?;
        let archive = archive.finish()?.len() + AROUND;
        section.set(&name, BINARY, mebibytes(bytes.len()));
        section.set(&name, ARCHIVE, mebibytes(archive));
    }
    Ok(())
}

fn mebibytes(bytes: usize) -> f64 {
    number(bytes) / 1_048_576.0
}
