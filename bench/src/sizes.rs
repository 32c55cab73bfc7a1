//! `sizes`: those of the functions' binaries and of their archives.

use std::fs;
use std::io::Write as _;

use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::figures::{Section, number};
use crate::functions::Functions;
use crate::setup::Setup;

/// Bytes of a ZIP file with one file, beside that file.
const OVERHEAD: usize = 150;

/// The figures' names.
pub(crate) const BINARY: &str = "binary, MiB";
pub(crate) const ARCHIVE: &str = "archive, MiB";

pub(crate) fn measure(setup: &Setup, section: &mut Section) -> Result<()> {
    for name in Functions::read()?.names() {
        let path = setup.binary(name)?;
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut archive = DeflateEncoder::new(Vec::new(), Compression::default());
        archive.write_all(&bytes)?;
        let archive = archive.finish()?.len() + OVERHEAD;
        section.set(name, BINARY, mebibytes(bytes.len()));
        section.set(name, ARCHIVE, mebibytes(archive));
    }
    Ok(())
}

fn mebibytes(bytes: usize) -> f64 {
    number(bytes) / 1_048_576.0
}
