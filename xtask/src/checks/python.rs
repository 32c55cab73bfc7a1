//! Python is the language of tools that others wrote (the emulator, the AWS CLI, linters): none of it is ours.

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, process::Command};

    use crate::tool::{exec, paths};

    /// What runs Python code that stands in another file; put together here, so that this file is not among them.
    fn inline_code() -> [String; 2] {
        ["python", "python3"].map(|program| format!("{program} {}", "-c"))
    }

    #[test]
    fn no_python_of_ours_is_tracked() {
        let mut git = Command::new("git");
        let tracked = exec::captured(git.args(["ls-files"]).current_dir(paths::root())).expect("a git checkout");
        let files: Vec<&str> = tracked.lines().collect();
        assert!(files.contains(&"xtask/src/checks/python.rs"), "the list is whole");
        let is_script = |name: &&&str| Path::new(name).extension().is_some_and(|kind| kind == "py" || kind == "pyi");
        let scripts: Vec<_> = files.iter().filter(is_script).collect();
        assert!(scripts.is_empty(), "{scripts:?}: write it in Rust, in operations/ or xtask/");
        for name in files {
            // What is no text holds no code.
            let Ok(text) = fs::read_to_string(paths::root().join(name)) else { continue };
            // As a shell has it, or as arguments of a command in some other language.
            let plain =
                text.replace(['"', '\'', '`', ',', '(', ')', '[', ']'], " ").replace(".args", "").replace(".arg", "");
            let words: String = plain.split_whitespace().collect::<Vec<_>>().join(" ");
            let found = inline_code().into_iter().find(|code| words.contains(code));
            assert_eq!(found, None, "{name} holds Python code");
            assert!(!text.starts_with("#!") || !first_line(&text).contains("python"), "{name} is a Python script");
        }
    }

    fn first_line(text: &str) -> &str {
        text.lines().next().unwrap_or_default()
    }
}
