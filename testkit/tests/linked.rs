//! Every Rust file of the workspace is part of a target: tests in a file that no target includes would never run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use syn::{Item, ItemMod};

/// Folders whose files are not ours.
const NOT_OURS: [&str; 2] = ["node_modules", "target"];

/// The Rust files below a folder.
fn rust_files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
        if path.is_dir() && !name.starts_with('.') && !NOT_OURS.contains(&name) {
            files.append(&mut rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.insert(path);
        }
    }
    files
}

/// The files of a target or a module: its own, and those of its submodules, which are in `folder`.
fn files_of(file: PathBuf, folder: &Path) -> BTreeSet<PathBuf> {
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut files = files_of_submodules(&parsed.items, folder);
    files.insert(file);
    files
}

fn files_of_submodules(items: &[Item], folder: &Path) -> BTreeSet<PathBuf> {
    let modules = items.iter().filter_map(|item| if let Item::Mod(module) = item { Some(module) } else { None });
    modules.flat_map(|module| files_of_module(module, folder)).collect()
}

fn files_of_module(module: &ItemMod, folder: &Path) -> BTreeSet<PathBuf> {
    let name = module.ident.to_string();
    let has_path = module.attrs.iter().any(|attribute| attribute.path().is_ident("path"));
    assert!(!has_path, "`mod {name}` has a #[path]: what packages share is a crate, such as `testkit`");
    let inner = folder.join(&name);
    if let Some((_, items)) = &module.content {
        return files_of_submodules(items, &inner);
    }
    let candidates = [inner.with_extension("rs"), inner.join("mod.rs")];
    let file = candidates.into_iter().find(|file| file.exists());
    files_of(file.unwrap_or_else(|| panic!("`mod {name}` has no file in {}", folder.display())), &inner)
}

/// The Rust files below a folder that are in none of these targets.
fn unlinked(folder: &Path, targets: &[PathBuf]) -> Vec<PathBuf> {
    let linked = targets.iter().flat_map(|target| files_of(target.clone(), target.parent().expect("in a folder")));
    let linked: BTreeSet<_> = linked.collect();
    rust_files(folder).into_iter().filter(|file| !linked.contains(file)).collect()
}

/// The workspace's folder and its targets, as Cargo knows them.
fn workspace() -> (PathBuf, Vec<PathBuf>) {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").expect("Cargo runs this");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(folder);
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo's metadata");
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let path = |value: &Value| PathBuf::from(value.as_str().expect("a path"));
    let packages = list(&metadata["packages"]);
    let targets = packages.iter().flat_map(|package| list(&package["targets"]));
    (path(&metadata["workspace_root"]), targets.map(|target| path(&target["src_path"])).collect())
}

#[test]
fn every_rust_file_is_part_of_a_target() {
    let (folder, targets) = workspace();
    let files = unlinked(&folder, &targets);
    assert!(files.is_empty(), "no target includes {files:#?}: name them with `mod` in the file of their target");
}

#[test]
fn a_file_that_no_module_names_is_found() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unlinked");
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("a folder");
        fs::write(&path, text).expect("written");
        path
    };
    let program = write("src/main.rs", "mod named;\nmod inline {\n    mod inner;\n}\n");
    write("src/named.rs", "#[cfg(test)]\nmod tests;\n");
    write("src/named/tests.rs", "");
    write("src/inline/inner/mod.rs", "// mod commented;\n");
    let test = write("tests/suite.rs", "");
    let forgotten = [write("src/inline/inner/commented.rs", ""), write("tests/suite/forgotten.rs", "")];
    assert_eq!(unlinked(&folder, &[program, test]), forgotten);
}
