//! The program of `operations/`: built for this machine, and run on a stack's table, queue and functions.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{
    stack::{
        aws::{Cloud, stack_name},
        functions,
        running::Stack,
    },
    tool::tools,
};

/// A stack to work on.
#[derive(Debug)]
pub(crate) struct Target {
    cloud: Cloud,
    stack_name: String,
    table_name: String,
    failure_queue_url: String,
}

impl Target {
    /// A deployed stage; without one, the running stack of `cargo xtask dev`, or the one that `STACK_JSON` names.
    pub(crate) fn of(stage: Option<&str>) -> Result<Self> {
        let Some(stage) = stage else { return Ok(Self::running(&Stack::running()?.1)) };
        tools::install_python_tools()?;
        let (cloud, stack_name) = (Cloud::Environment, stack_name(stage));
        let mut outputs = cloud.outputs(&stack_name)?;
        let mut output =
            |name: &str| outputs.remove(name).with_context(|| format!("{stack_name} has no output {name}"));
        let (table_name, failure_queue_url) = (output("TableName")?, output("StreamFailureQueueUrl")?);
        Ok(Self { cloud, stack_name, table_name, failure_queue_url })
    }

    /// A running stack.
    pub(crate) fn running(stack: &Stack) -> Self {
        Self {
            cloud: Cloud::of_stack(stack),
            stack_name: stack.name.clone(),
            table_name: stack.table_name.clone(),
            failure_queue_url: stack.failure_queue_url.clone(),
        }
    }

    /// The program, which is built first where it is not up to date, with what it is to do.
    pub(crate) fn command(&self, words: &[&str]) -> Result<Command> {
        let mut command = Command::new(functions::build_operations()?);
        command.args(words);
        self.cloud
            .caller(&mut command)
            .env("STACK_NAME", &self.stack_name)
            .env("TABLE_NAME", &self.table_name)
            .env("FAILURE_QUEUE_URL", &self.failure_queue_url);
        Ok(command)
    }
}
