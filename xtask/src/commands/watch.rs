//! `cargo xtask watch`: the functions under cargo-lambda's own runtime, rebuilt as they change, on the running stack's table,
//! bucket and topics; and the sample events with what makes them pass there.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::Value;

use crate::{
    stack::{accounts::Accounts, aws::Cloud, emulator, openid, running::Stack},
    tool::{
        exec,
        paths::{self, State},
        tools,
    },
};

/// Runs the functions by `cargo lambda watch`, on the running stack's table, bucket and topics
///
/// The gateway of that stack is not involved: routes are answered at the invoke port, under the same paths.
/// `cargo lambda invoke <function> --invoke-address 127.0.0.1 --data-file .local/events/<function>/<event>.json` calls one;
/// the events there are those of `events/` with tokens of the demo accounts, which live an hour.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Port at which the functions are called
    #[arg(long, default_value_t = 9000)]
    invoke_port: u16,
    /// Offer the runtime's interface only, for a function that you start yourself in a debugger, with the variables of
    /// .local/functions.env
    #[arg(long)]
    only_lambda_apis: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    tools::install_python_tools()?;
    let (state, stack) = Stack::running()?;
    let environment = state.file("functions.env");
    paths::write_atomically(&environment, &variables(&stack)?)?;
    write_events(&state, &stack)?;
    let port = options.invoke_port;
    eprintln!("Routes: http://127.0.0.1:{port}/me, ...");
    eprintln!("Events: {}", paths::shown(&state.file("events")));
    let mut watch = exec::cargo(["lambda", "watch", "--invoke-address", "127.0.0.1", "--env-file"]);
    watch.arg(&environment).args(["--invoke-port", &port.to_string()]);
    if options.only_lambda_apis {
        watch.arg("--only-lambda-apis");
    } else {
        // Nothing is built before the first call of a function.
        watch.args(["--wait", "--package", "functions"]);
    }
    exec::shown("Watching the functions (Ctrl-C stops it)", watch.env("PATH", tools::path_with_python_tools()?))
}

/// The variables of the deployed functions, and where AWS is, as lines of an environment file.
fn variables(stack: &Stack) -> Result<String> {
    let cloud = Cloud::of_stack(stack);
    let mut variables = function_variables(&cloud.ask(&["lambda", "list-functions"])?, &stack.name)?;
    let mut caller = Command::new("true");
    for (name, value) in emulator::caller(&mut caller, &stack.aws_endpoint_url).get_envs() {
        if let Some(value) = value {
            variables.insert(name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned());
        }
    }
    Ok(variables.iter().fold(String::new(), |lines, (name, value)| lines + &format!("{name}={value}\n")))
}

/// The variables of a stack's functions; where several have one, it is the same.
fn function_variables(listed: &Value, stack_name: &str) -> Result<BTreeMap<String, String>> {
    let prefix = format!("{stack_name}-");
    let mut variables = BTreeMap::new();
    for function in listed["Functions"].as_array().into_iter().flatten() {
        let Some(name) = function["FunctionName"].as_str().filter(|name| name.starts_with(&prefix)) else { continue };
        for (variable, value) in function["Environment"]["Variables"].as_object().into_iter().flatten() {
            let value = value.as_str().unwrap_or_default();
            let known = variables.entry(variable.clone()).or_insert_with(|| value.to_owned());
            ensure!(known == value, "{name} has another {variable} than the others");
        }
    }
    Ok(variables)
}

/// Copies the sample events; in them `{patient-a}` stands for a token of that demo account, `{bucket}` for the bucket.
fn write_events(state: &State, stack: &Stack) -> Result<()> {
    let accounts = Accounts::read()?;
    let mut meanings = vec![("{bucket}".to_owned(), stack.bucket_name.clone())];
    for account in &accounts.all {
        meanings.push((format!("{{{}}}", account.id), openid::token(&stack.issuer, &account.id, None)?));
    }
    let events = paths::root().join("events");
    for function in entries(&events)? {
        let folder = state.made(&format!("events/{}", name_of(&function)))?;
        for event in entries(&function)? {
            let text = fs::read_to_string(&event).with_context(|| format!("cannot read {}", paths::shown(&event)))?;
            let text = meanings.iter().fold(text, |text, (name, meaning)| text.replace(name, meaning));
            paths::write_atomically(&folder.join(name_of(&event)), &text)?;
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let read = || fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>();
    read().with_context(|| format!("cannot read {}", paths::shown(folder)))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_variables_are_those_of_all_functions_of_the_stack() {
        let function =
            |name: &str, variables: Value| json!({"FunctionName": name, "Environment": {"Variables": variables}});
        let listed = json!({"Functions": [
            function("dev-get-me", json!({"TABLE_NAME": "table"})),
            function("dev-notify", json!({"TABLE_NAME": "table", "PORTAL_URL": "http://localhost"})),
            function("other-notify", json!({"TABLE_NAME": "another"})),
            {"FunctionName": "dev-get-health"},
        ]});
        let variables = function_variables(&listed, "dev").expect("the same everywhere");
        assert_eq!(variables.keys().collect::<Vec<_>>(), ["PORTAL_URL", "TABLE_NAME"]);
        let odd = json!({"Functions": [
            function("dev-a", json!({"TABLE_NAME": "table"})), function("dev-b", json!({"TABLE_NAME": "another"})),
        ]});
        let error = function_variables(&odd, "dev").expect_err("two tables").to_string();
        assert!(error.contains("dev-b has another TABLE_NAME"), "{error}");
    }
}
