//! `cargo xtask dev` and `down`: the complete stack on this machine, started, watched and stopped.

use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;

use crate::{
    stack::{
        deployment::Gateway,
        local::{self, Emulator, EmulatorKind, Plan, stop_all},
        localstack,
        reload::Reload,
        running::Stack,
        web::Ports,
    },
    tool::{interrupt, paths::State, process::Services},
};

/// Runs the complete stack on this machine; a second run updates it
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Leave it running in the background (stop it with `cargo xtask down`)
    #[arg(long)]
    detach: bool,
    /// Rebuild what changes, and update the functions that changed with it
    #[arg(long, conflicts_with = "detach")]
    watch: bool,
    /// The AWS emulator: MiniStack, which is started, or a LocalStack that runs already
    #[arg(long, value_enum, default_value_t = EmulatorKind::Ministack)]
    emulator: EmulatorKind,
    /// Where that LocalStack answers; browsers must reach it there too
    #[arg(long, value_name = "URL", default_value = localstack::ENDPOINT)]
    endpoint: String,
    /// The API Gateway in front of the functions; LocalStack has the REST API only
    #[arg(long, value_enum, default_value_t = Gateway::Http)]
    gateway: Gateway,
    /// Port of MiniStack
    #[arg(long, default_value_t = 4566)]
    port: u16,
    /// Port of the OpenID provider
    #[arg(long, default_value_t = 4567)]
    openid_port: u16,
    /// Port of the patients' portal
    #[arg(long, default_value_t = 5173)]
    portal_port: u16,
    /// Port of the clinicians' application
    #[arg(long, default_value_t = 5174)]
    clinic_port: u16,
}

/// `cargo xtask dev`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let state = State::dev();
    let emulator = match options.emulator {
        EmulatorKind::Ministack => Emulator::MiniStack { port: options.port, iam: false },
        EmulatorKind::Localstack => Emulator::localstack(&options.endpoint),
    };
    let plan = Plan {
        state: state.clone(),
        stage: "local",
        gateway: emulator.gateway(options.gateway),
        emulator,
        openid_port: options.openid_port,
        pages: Ports { portal: options.portal_port, clinic: options.clinic_port },
    };
    let (stack, started) = local::up(&plan)?;
    print(&stack);
    if options.detach {
        println!("It runs in the background. Stop it with `cargo xtask down`.");
        Ok(())
    } else if options.watch {
        println!("Changes are rebuilt and deployed. Press Ctrl-C to stop it.");
        watch(&state, Some((Reload::of(stack)?, &plan)))
    } else if started.is_empty() {
        println!(
            "It was running already, and is up to date now. Stop it where it was started, or with `cargo xtask down`."
        );
        Ok(())
    } else {
        println!("Press Ctrl-C to stop it.");
        watch(&state, None)
    }
}

fn print(stack: &Stack) {
    println!("\nPortal Messaging runs:");
    for (what, value) in [
        ("Portal", stack.portal_url.as_str()),
        ("Clinic", &stack.clinic_url),
        ("API", &stack.api_url),
        ("OpenID issuer", &stack.issuer),
        ("AWS endpoint", &stack.aws_endpoint_url),
        ("Table", &stack.table_name),
    ] {
        println!("  {what:<14} {value}");
    }
    println!("  {:<14} .local/stack.json", "All of it");
    println!("Sign in to the portal as patient-a and, in another browser, to the clinic as clinician-a.");
    println!("Or: curl -H \"authorization: Bearer $(cargo xtask token patient-a)\" {}/me\n", stack.api_url);
}

/// Stays until Ctrl-C, `cargo xtask down` in another terminal, or the end of a process; follows changes meanwhile, if asked.
fn watch(state: &State, mut reload: Option<(Reload, &Plan)>) -> Result<()> {
    loop {
        if interrupt::pause(Duration::from_millis(250)).is_err() {
            eprintln!();
            return stop_all(state);
        }
        let services = Services::recorded(state)?;
        if services.all().is_empty() {
            eprintln!("Stopped by `cargo xtask down`.");
            return Ok(());
        }
        if let Some(dead) = services.all().iter().find(|service| !service.alive()) {
            let message = dead.unexpected_end(state);
            stop_all(state)?;
            bail!("{message}The rest was stopped. `cargo xtask dev` starts it again.");
        }
        if let Some((reload, plan)) = &mut reload
            && reload.follow(state)?
        {
            local::note_deployed(plan)?;
        }
    }
}

/// `cargo xtask down`: stops what `dev` and kept tests started, and nothing else.
pub(crate) fn down() -> Result<()> {
    let mut states = State::tests();
    states.push(State::dev());
    let mut any = false;
    for state in states {
        any |= !Services::recorded(&state)?.all().is_empty();
        stop_all(&state)?;
    }
    if !any {
        eprintln!("Nothing was running.");
    }
    Ok(())
}
