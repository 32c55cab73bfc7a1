//! Calls to AWS or an emulator through the boto3 of the Python tools: xtask itself stays free of an AWS SDK.

use std::process::Command;

use anyhow::Result;

use crate::{
    stack::{emulator, running::Stack},
    tool::{paths, tools},
};

/// Which AWS is meant.
#[derive(Debug, Clone)]
pub(crate) enum Cloud {
    /// The account, or the `AWS_ENDPOINT_URL`, of the environment.
    Environment,
    /// An emulator on this machine.
    Emulator { endpoint: String },
}

impl Cloud {
    /// Where a deployed stage is, and the name of its stack; without a stage, the running stack of `cargo xtask dev`, or
    /// the one that `STACK_JSON` names.
    pub(crate) fn of(stage: Option<&str>) -> Result<(Self, String)> {
        if let Some(stage) = stage {
            return Ok((Self::Environment, format!("portal-messaging-{stage}")));
        }
        let (_, stack) = Stack::running()?;
        Ok((Self::Emulator { endpoint: stack.aws_endpoint_url }, stack.name))
    }

    /// Where an emulator answers, ours or one that the environment names.
    pub(crate) fn endpoint(&self) -> Option<String> {
        match self {
            Self::Emulator { endpoint } => Some(endpoint.clone()),
            Self::Environment => std::env::var_os("AWS_ENDPOINT_URL")?.into_string().ok().filter(|url| !url.is_empty()),
        }
    }

    /// Whether an emulator answers.
    pub(crate) fn is_emulator(&self) -> bool {
        self.endpoint().is_some()
    }

    /// Makes a command call it.
    pub(crate) fn caller<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        match self {
            Self::Environment => command,
            Self::Emulator { endpoint } => emulator::caller(command, endpoint),
        }
    }

    /// One of the commands of `xtask/aws.py`.
    pub(crate) fn python(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(tools::python_tool("python"));
        command.arg(paths::root().join("xtask/aws.py")).args(arguments);
        self.caller(&mut command);
        command
    }
}
