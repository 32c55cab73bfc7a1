//! The workspace's test targets, by the part that runs them: a new one cannot be forgotten.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::tool::exec;

/// Tests that need an emulator, as package and target.
const ON_AN_EMULATOR: [(&str, &str); 3] = [("shared", "table"), ("functions", "emulator"), ("operations", "programs")];

/// Names for cargo's options `--bin` and `--test`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TestTargets {
    /// Programs with tests of their own: those that are more than one file of `src/bin`.
    pub(crate) programs: Vec<String>,
    /// Integration tests that need nothing else.
    pub(crate) unit: Vec<String>,
    /// Integration tests that need an emulator.
    pub(crate) table: Vec<String>,
    /// Integration tests of a deployed stack.
    pub(crate) end_to_end: Vec<String>,
    /// Those that run after them, in this order: `afterwards` in tests/Cargo.toml.
    pub(crate) afterwards: Vec<String>,
}

impl TestTargets {
    pub(crate) fn read() -> Result<Self> {
        let text = exec::captured(&mut exec::cargo(["metadata", "--no-deps", "--format-version", "1", "--locked"]))?;
        let metadata: Value = serde_json::from_str(&text).context("cargo's metadata are damaged")?;
        Self::from_metadata(&metadata)
    }

    fn from_metadata(metadata: &Value) -> Result<Self> {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let mut found = Self::default();
        for package in list(&metadata["packages"]) {
            let package_name = package["name"].as_str().unwrap_or_default();
            let afterwards = list(&package["metadata"]["e2e"]["afterwards"]);
            found.afterwards.extend(afterwards.iter().filter_map(Value::as_str).map(str::to_owned));
            for target in list(&package["targets"]) {
                let text = |name: &str| target[name].as_str().unwrap_or_default();
                let name = text("name");
                let targets = match target["kind"][0].as_str() {
                    Some("bin") if text("src_path").ends_with("/src/main.rs") => &mut found.programs,
                    Some("test") if package_name == "tests" => &mut found.end_to_end,
                    Some("test") if ON_AN_EMULATOR.contains(&(package_name, name)) => &mut found.table,
                    Some("test") => &mut found.unit,
                    _ => continue,
                };
                targets.push(name.to_owned());
            }
        }
        for name in &found.afterwards {
            let place = found.end_to_end.iter().position(|target| target == name);
            let place =
                place.with_context(|| format!("tests/Cargo.toml: `afterwards` names {name}, which is no test"))?;
            found.end_to_end.remove(place);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn targets_are_found_and_sorted_into_parts() {
        let target = |kind: &str, name: &str, source: &str| json!({"kind": [kind], "name": name, "src_path": source});
        let metadata = json!({"packages": [
            {"name": "shared", "targets": [
                target("lib", "shared", "/shared/src/lib.rs"),
                target("test", "table", "/shared/tests/table.rs"),
                target("test", "layers", "/shared/tests/layers.rs"),
            ]},
            {"name": "functions", "targets": [
                target("bin", "get-me", "/functions/src/bin/get-me.rs"),
                target("test", "handlers", "/functions/tests/handlers/main.rs"),
                target("test", "emulator", "/functions/tests/emulator/main.rs"),
            ]},
            {"name": "bench", "targets": [target("bin", "bench", "/bench/src/main.rs")]},
            {
                "name": "tests",
                "metadata": {"e2e": {"afterwards": ["logs", "a_last_one"]}},
                "targets": [
                    target("test", "a_last_one", "/tests/tests/a_last_one.rs"),
                    target("test", "end_to_end", "/tests/tests/end_to_end.rs"),
                    target("test", "logs", "/tests/tests/logs.rs"),
                ],
            },
        ]});
        let found = TestTargets::from_metadata(&metadata).expect("sorted");
        assert_eq!(found.programs, ["bench"]);
        assert_eq!(found.unit, ["layers", "handlers"]);
        assert_eq!(found.table, ["table", "emulator"]);
        assert_eq!(found.end_to_end, ["end_to_end"]);
        assert_eq!(found.afterwards, ["logs", "a_last_one"]);
    }

    #[test]
    fn a_test_that_is_gone_cannot_run_afterwards() {
        let metadata =
            json!({"packages": [{"name": "tests", "metadata": {"e2e": {"afterwards": ["gone"]}}, "targets": []}]});
        let error = TestTargets::from_metadata(&metadata).expect_err("refused").to_string();
        assert!(error.contains("gone"), "{error}");
    }
}
