//! No circle of imports between the modules of a Rust package. cargo-modules reads who imports whom; the circles are found
//! here, because its own check also reports types whose functions return them.
//!
//! A module depends on those that it imports from, in whichever form, and on those that it lists with `mod`. So no module
//! may import what its list of siblings declares: that has a file of its own. An import of something re-exported counts as
//! one from the module that declares it. Paths inside of functions are not read, so they may not begin at `crate` or
//! `super`: there is a `use` for that.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::tool::{
    exec,
    paths::{self, State},
    progress::Step,
    stamp, tools,
};

/// Checks every library, program and test of the workspace that has modules.
pub(crate) fn check() -> Result<()> {
    let program = tools::cargo_modules()?;
    let mut step = Step::begin("Circles of imports in Rust");
    let mut problems = Vec::new();
    let roots = roots()?;
    ensure!(!roots.is_empty(), "no package has modules");
    for root in roots {
        step.tick(&root.name);
        problems.extend(dependencies(&program, &root)?.circles());
        problems.extend(paths_without_use(&root)?);
    }
    if !problems.is_empty() {
        drop(step);
        bail!("modules that depend on each other, or a path that hides it:\n  {}", problems.join("\n  "));
    }
    step.done();
    Ok(())
}

/// A crate: what is compiled from one file and its modules.
struct Root {
    name: String,
    edition: String,
    source: PathBuf,
}

/// The workspace's crates, but for those of a single file.
fn roots() -> Result<Vec<Root>> {
    let text = exec::captured(&mut exec::cargo(["metadata", "--no-deps", "--format-version", "1", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&text).context("cargo's metadata are damaged")?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut roots = Vec::new();
    for package in list(&metadata["packages"]) {
        for target in list(&package["targets"]) {
            let text = |name: &str| target[name].as_str().unwrap_or_default().to_owned();
            let source = PathBuf::from(text("src_path"));
            let code = fs::read_to_string(&source).with_context(|| format!("cannot read {}", paths::shown(&source)))?;
            if target["kind"][0] != "custom-build" && has_modules(&code) {
                roots.push(Root { name: text("name").replace('-', "_"), edition: text("edition"), source });
            }
        }
    }
    Ok(roots)
}

/// Whether a file declares a module that is a file of its own.
fn has_modules(code: &str) -> bool {
    code.lines().any(|line| {
        let mut words = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ").split(' ');
        words.next() == Some("mod") && words.next().is_some_and(|name| name.ends_with(';'))
    })
}

/// Which of a crate's modules depend on which. It is read without other crates: their thousands of types take a hundred
/// times as long, and none imports ours.
fn dependencies(program: &Path, root: &Root) -> Result<Dependencies> {
    let folder = State::test("lint").made(&format!("modules/{}", root.name))?;
    let manifest = folder.join("Cargo.toml");
    let Root { name, edition, source } = root;
    let path = source.display();
    let text = format!(
        "[package]\nname = '{name}'\nversion = '0.0.0'\nedition = '{edition}'\n\n[lib]\npath = '{path}'\n\n[workspace]\n"
    );
    paths::write_atomically(&manifest, &text)?;
    let mut command = Command::new(program);
    command
        .args(["modules", "dependencies", "--lib", "--manifest-path"])
        .arg(&manifest)
        .args(["--no-externs", "--no-sysroot", "--no-fns", "--no-traits", "--no-types"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"));
    let graph = exec::captured(&mut command)?;
    let mut found = Dependencies::read(&graph);
    ensure!(!found.0.is_empty(), "cargo-modules finds no modules in {}:\n{graph}", paths::shown(source));
    found.keep_imports(|module| code_of(source, module));
    Ok(found)
}

/// The code of a module with a file of its own.
fn code_of(root: &Path, module: &str) -> Option<String> {
    let mut names = module.split("::").skip(1).peekable();
    if names.peek().is_none() {
        return fs::read_to_string(root).ok();
    }
    let path = names.fold(root.parent()?.to_owned(), |folder, name| folder.join(name));
    fs::read_to_string(path.with_extension("rs")).or_else(|_| fs::read_to_string(path.join("mod.rs"))).ok()
}

/// The words of a module's imports.
fn imported(code: &str) -> BTreeSet<&str> {
    let starts = code.match_indices("use ").filter(|(at, _)| code[..*at].ends_with(['\n', ' ']) || *at == 0);
    let imports = starts.filter_map(|(at, _)| code[at..].split(';').next());
    let words = imports.flat_map(|import| import.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
    words.filter(|word| !word.is_empty()).collect()
}

/// The names that a module declares.
fn declared(code: &str) -> BTreeSet<&str> {
    const KINDS: [&str; 9] = ["struct", "enum", "trait", "fn", "type", "const", "static", "mod", "macro_rules!"];
    let mut names = BTreeSet::new();
    let words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '!');
    let mut words = words.filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        if KINDS.contains(&word) {
            names.extend(words.peek());
        }
    }
    names
}

/// Lines with a path that would be a `use` elsewhere.
fn paths_without_use(root: &Root) -> Result<Vec<String>> {
    let folder = root.source.parent().context("a source lies in a folder")?;
    let mut problems = Vec::new();
    for file in stamp::files_below(folder)? {
        if file.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let code = fs::read_to_string(&file).with_context(|| format!("cannot read {}", paths::shown(&file)))?;
        for number in lines_with_path(&code) {
            problems.push(format!("{}:{number}: a path from the crate or the parent; import it", paths::shown(&file)));
        }
    }
    Ok(problems)
}

/// The numbers of the lines that hold a path from the crate or the parent, but for imports and comments.
fn lines_with_path(code: &str) -> Vec<usize> {
    let roots = ["crate", "super"].map(|root| format!("{root}::"));
    let begins_path = |line: &str, root: &String| {
        let before = line.split(root.as_str()).next().unwrap_or_default();
        before.len() < line.len() && !before.ends_with(['$', '"', '_']) && !before.ends_with(char::is_alphanumeric)
    };
    let numbered = code.lines().map(str::trim_start).zip(1..);
    let elsewhere = numbered.filter(|(line, _)| {
        let import =
            line.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ").trim_start_matches("pub ");
        !import.starts_with("use ") && !line.starts_with("//")
    });
    elsewhere.filter(|(line, _)| roots.iter().any(|root| begins_path(line, root))).map(|(_, number)| number).collect()
}

/// Which module depends on which.
struct Dependencies(BTreeMap<String, BTreeSet<String>>);

impl Dependencies {
    /// Reads the edges of a graph in the language of Graphviz: `"a" -> "b" [label="uses", ...`.
    fn read(graph: &str) -> Self {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in graph.lines() {
            let words: Vec<&str> = line.split('"').collect();
            if let [_, from, " -> ", to, " [label=", "uses" | "owns", ..] = words[..] {
                found.entry(from.to_owned()).or_default().insert(to.to_owned());
            }
        }
        Self(found)
    }

    /// Leaves out what no import of the module says. cargo-modules counts the methods of a type for the module that declares
    /// it, also where another module adds them: a store's table would depend on all that is read from it.
    fn keep_imports(&mut self, code_of: impl Fn(&str) -> Option<String>) {
        for (from, to) in &mut self.0 {
            let Some(code) = code_of(from) else { continue };
            let imports = imported(&code);
            to.retain(|to| {
                let name = to.rsplit("::").next().unwrap_or_default();
                let lists = to.strip_prefix(from.as_str()).is_some_and(|rest| rest.starts_with("::"));
                let imports_from = |code: String| declared(&code).iter().any(|name| imports.contains(name));
                lists || imports.contains(name) || code_of(to).is_none_or(imports_from)
            });
        }
    }

    /// The shortest circle through each module that is part of one; each circle once.
    fn circles(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let shortest = self.0.keys().filter_map(|module| self.circle(module));
        let new = shortest.filter(|circle| seen.insert(circle.iter().copied().collect::<BTreeSet<_>>()));
        new.map(|circle| format!("{} -> {}", circle.join(" -> "), circle[0])).collect()
    }

    /// The shortest way from a module back to itself.
    fn circle<'a>(&'a self, start: &'a str) -> Option<Vec<&'a str>> {
        let mut reached_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut open = VecDeque::from([start]);
        while let Some(module) = open.pop_front() {
            for next in self.0.get(module).into_iter().flatten() {
                if next == start {
                    let mut circle = vec![module];
                    while let Some(before) = reached_from.get(circle[circle.len() - 1]) {
                        circle.push(before);
                    }
                    circle.reverse();
                    return Some(circle);
                }
                if !reached_from.contains_key(next.as_str()) {
                    reached_from.insert(next, module);
                    open.push_back(next);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(edges: &[(&str, &str)]) -> Vec<String> {
        let line = |(from, to): &(&str, &str)| {
            format!(
                "    \"{from}\" -> \"{to}\" [label=\"uses\", color=\"#7f7f7f\", style=\"dashed\"]; // \"uses\" edge\n"
            )
        };
        Dependencies::read(&edges.iter().map(line).collect::<String>()).circles()
    }

    #[test]
    fn what_is_not_imported_is_no_dependency() {
        let graph = |edges: &[(&str, &str)]| {
            let mut graph = Dependencies(BTreeMap::new());
            for (from, to) in edges {
                graph.0.entry((*from).to_owned()).or_default().insert((*to).to_owned());
            }
            graph
        };
        let code_of = |module: &str| match module {
            "c::table" => Some("use c::StoreError;\npub struct Table;".to_owned()),
            "c::tasks" => Some("use c::{Table, StoreError};\npub struct TaskPage;\nimpl Table {}".to_owned()),
            "c::error" => Some("use c::TaskPage;\npub enum StoreError {}".to_owned()),
            _ => None,
        };
        let mut without = graph(&[("c::table", "c::tasks"), ("c::tasks", "c::table"), ("c::table", "c::error")]);
        without.keep_imports(code_of);
        assert_eq!(without.circles(), Vec::<String>::new());
        let mut with = graph(&[("c::tasks", "c::error"), ("c::error", "c::tasks")]);
        with.keep_imports(code_of);
        assert_eq!(with.circles().len(), 1);
    }

    #[test]
    fn modules_in_layers_have_no_circle() {
        let layers = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("c", "b")];
        assert_eq!(circles(&layers), Vec::<String>::new());
    }

    #[test]
    fn the_shortest_circle_of_each_module_is_named_once() {
        let two = [("main", "a"), ("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "b"), ("d", "e")];
        assert_eq!(circles(&two), ["a -> b -> a", "c -> d -> b -> c"]);
    }

    #[test]
    fn a_module_that_imports_from_its_list_of_siblings_is_in_a_circle() {
        let listed = "\"a\" -> \"a::b\" [label=\"owns\", color=\"#000000\"];\n";
        let node = "\"a::b\" [label=\"mod|b\"];\n";
        assert_eq!(Dependencies::read(&format!("{listed}{node}")).circles(), Vec::<String>::new());
        let import = "\"a::b\" -> \"a\" [label=\"uses\", color=\"#7f7f7f\"];\n";
        assert_eq!(Dependencies::read(&format!("{listed}{node}{import}")).circles(), ["a -> a::b -> a"]);
    }

    #[test]
    fn a_path_is_found_where_it_is_no_import() {
        let code = "use CRATE::a;\npub(crate) use SUPER::b;\n// CRATE::c\nlet d = CRATE::d();\n    SUPER::e();\n\
                    pub(SUPER) fn f() {}\nmy_CRATE::g();\n$CRATE::h();\n";
        let code = code.replace("CRATE", "crate").replace("SUPER", "super");
        assert_eq!(lines_with_path(&code), [4, 5]);
    }

    #[test]
    fn crates_of_one_file_are_told_from_those_with_modules() {
        assert!(has_modules("//! Text.\n\npub mod a;\n"));
        assert!(has_modules("pub(crate) mod a;\n"));
        assert!(has_modules("mod a;\n"));
        assert!(!has_modules("fn main() {}\n\nmod tests {\n}\n"));
    }
}
