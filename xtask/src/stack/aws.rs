//! Calls to AWS or an emulator through the AWS CLI of the Python tools: xtask itself stays free of an AWS SDK.

use std::{collections::HashMap, env, process::Command};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    stack::{emulator, running::Stack},
    tool::{exec, tools},
};

/// What a stack says of itself: `ApiUrl`, `TableName`, ...
pub(crate) type Outputs = HashMap<String, String>;

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
            return Ok((Self::Environment, stack_name(stage)));
        }
        let (_, stack) = Stack::running()?;
        Ok((Self::of_stack(&stack), stack.name))
    }

    /// Where a running stack is.
    pub(crate) fn of_stack(stack: &Stack) -> Self {
        Self::Emulator { endpoint: stack.aws_endpoint_url.clone() }
    }

    /// Where an emulator answers, ours or one that the environment names.
    pub(crate) fn endpoint(&self) -> Option<String> {
        match self {
            Self::Emulator { endpoint } => Some(endpoint.clone()),
            Self::Environment => variable("AWS_ENDPOINT_URL"),
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

    /// A command of the AWS CLI.
    pub(crate) fn aws(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(tools::python_tool("aws"));
        command.args(arguments);
        if let Some(region) = variable("AWS_REGION") {
            // The CLI reads only the other name; the SDKs and CDK read both.
            command.env("AWS_DEFAULT_REGION", region);
        }
        self.caller(&mut command);
        command
    }

    /// What a command of the AWS CLI answers, all pages of it.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Result<Value> {
        let answer = exec::captured(self.aws(arguments).args(["--output", "json"]))?;
        if answer.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&answer).with_context(|| format!("aws {} answered no JSON", arguments.join(" ")))
    }

    /// The region that is configured.
    pub(crate) fn region(&self) -> Result<String> {
        if matches!(self, Self::Emulator { .. }) {
            return Ok(emulator::REGION.to_owned());
        }
        if let Some(region) = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")) {
            return Ok(region);
        }
        match exec::captured(&mut self.aws(&["configure", "get", "region"])) {
            Ok(region) if !region.trim().is_empty() => Ok(region.trim().to_owned()),
            _ => bail!("no region is configured; set AWS_REGION"),
        }
    }

    /// The outputs of a deployed stack.
    pub(crate) fn outputs(&self, stack_name: &str) -> Result<Outputs> {
        let asked = self.ask(&["cloudformation", "describe-stacks", "--stack-name", stack_name]);
        let told = asked.map_err(|error| {
            if is_missing(&error) { error.context(format!("there is no stack {stack_name}")) } else { error }
        })?;
        Ok(outputs_in(&told))
    }
}

/// The name of a stage's stack.
pub(crate) fn stack_name(stage: &str) -> String {
    format!("portal-messaging-{stage}")
}

/// Whether AWS refused because there is no such thing.
pub(crate) fn is_missing(error: &anyhow::Error) -> bool {
    let text = error.to_string();
    ["(404)", "NoSuchBucket", "NotFound", "does not exist"].iter().any(|sign| text.contains(sign))
}

fn outputs_in(described: &Value) -> Outputs {
    let outputs = described["Stacks"][0]["Outputs"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    outputs.filter_map(|output| Some((text(&output["OutputKey"])?, text(&output["OutputValue"])?))).collect()
}

fn variable(name: &str) -> Option<String> {
    env::var_os(name)?.into_string().ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn outputs_are_read() {
        let described = json!({"Stacks": [{"Outputs": [
            {"OutputKey": "TableName", "OutputValue": "table"}, {"OutputKey": "BucketName", "OutputValue": "bucket"},
        ]}]});
        let outputs = outputs_in(&described);
        assert_eq!((outputs["TableName"].as_str(), outputs["BucketName"].as_str()), ("table", "bucket"));
        assert!(outputs_in(&json!({"Stacks": [{}]})).is_empty());
    }

    #[test]
    fn a_refusal_says_whether_the_thing_is_missing() {
        let refusal = |text: &'static str| anyhow::anyhow!(text);
        assert!(is_missing(&refusal("An error occurred (404) when calling the HeadBucket operation: Not Found")));
        assert!(is_missing(&refusal("An error occurred (ValidationError): Stack with id x does not exist")));
        assert!(!is_missing(&refusal("An error occurred (403) when calling the HeadBucket operation: Forbidden")));
    }
}
