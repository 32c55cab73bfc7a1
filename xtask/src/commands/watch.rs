//! `cargo xtask watch`: the functions under cargo-lambda's own runtime, rebuilt as they change, on the running stack's table,
//! bucket and topics; and the sample events with what makes them pass there.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use anyhow::{Context, Result};
use clap::Args;

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
    let cloud = Cloud::Emulator { endpoint: stack.aws_endpoint_url.clone() };
    let printed = exec::captured(&mut cloud.python(&["function-environment", &stack.name]))?;
    let mut variables: BTreeMap<String, String> = serde_json::from_str(&printed).context("the functions' variables")?;
    let mut caller = Command::new("true");
    for (name, value) in emulator::caller(&mut caller, &stack.aws_endpoint_url).get_envs() {
        if let Some(value) = value {
            variables.insert(name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned());
        }
    }
    Ok(variables.iter().fold(String::new(), |lines, (name, value)| lines + &format!("{name}={value}\n")))
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
