//! The stack's functions: called again with what they failed to process, or given new programs.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use aws_sdk_lambda::Client;
use aws_sdk_lambda::client::Waiters as _;
use aws_sdk_lambda::error::SdkError;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::environment::Environment;

/// How long a function may take to start with a new program.
const UPDATE: Duration = Duration::from_mins(5);

/// Why something was not replayed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplayError {
    /// This message can't be replayed now; others may.
    #[error("{0}")]
    Stays(&'static str),
    /// AWS does not do what it is asked: no message can be replayed.
    #[error(transparent)]
    Aws(#[from] anyhow::Error),
}

/// Functions to be called.
#[derive(Debug)]
pub(crate) struct Functions {
    client: Client,
    stack_name: String,
}

impl Functions {
    /// Those of the stack.
    pub(crate) fn of(environment: &Environment) -> Result<Self> {
        Ok(Self { client: Client::new(&environment.aws), stack_name: Environment::stack_name()? })
    }

    /// The full name of a function, from the name of its binary.
    pub(crate) fn name_of(&self, binary: &str) -> String {
        format!("{}-{binary}", self.stack_name)
    }

    /// Calls a function, by its full name or its ARN, and waits until it has processed the event.
    pub(crate) async fn process(&self, function: &str, event: &Value) -> Result<(), ReplayError> {
        let payload = Blob::new(event.to_string());
        match self.client.invoke().function_name(function).payload(payload).send().await {
            Ok(answer) => outcome(&answer),
            Err(SdkError::ServiceError(error)) if error.err().is_resource_not_found_exception() => {
                Err(ReplayError::Stays("there is no such function"))
            }
            Err(error) => Err(anyhow!(error).context(format!("{function} can't be called")).into()),
        }
    }
}

/// Whether an event is processed: a function reports what failed in two ways.
fn outcome(answer: &InvokeOutput) -> Result<(), ReplayError> {
    if answer.function_error().is_some() {
        return Err(ReplayError::Stays("the function fails again; its log says why"));
    }
    let payload = answer.payload().map(AsRef::as_ref).unwrap_or_default();
    let payload: Value = serde_json::from_slice(payload).unwrap_or_default();
    match payload["batchItemFailures"].as_array() {
        Some(failures) if !failures.is_empty() => Err(ReplayError::Stays("the failure is transient: try again later")),
        _ => Ok(()),
    }
}

/// Gives functions the programs that were built for them: one archive each, in the folder that is named after it.
pub(crate) async fn update(environment: &Environment, archives: &Path, binaries: &[&str]) -> Result<ExitCode> {
    let functions = Functions::of(environment)?;
    for binary in binaries {
        let name = functions.name_of(binary);
        let program = archives.join(binary).join("bootstrap");
        let program = fs::read(&program).with_context(|| format!("cannot read {}", program.display()))?;
        let update = functions.client.update_function_code().function_name(&name);
        let update = update.zip_file(Blob::new(archive(&program)?)).send().await;
        update.with_context(|| format!("{name} can't be updated"))?;
        let updated = functions.client.wait_until_function_updated_v2().function_name(&name).wait(UPDATE).await;
        updated.with_context(|| format!("{name} does not start with its new program"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// An archive as Lambda takes it, not compressed: it goes to an emulator on the same machine.
fn archive(program: &[u8]) -> Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let executable = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).unix_permissions(0o755);
    archive.start_file("bootstrap", executable)?;
    archive.write_all(program)?;
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(answer: &InvokeOutput) -> Option<String> {
        outcome(answer).err().map(|error| error.to_string())
    }

    #[test]
    fn a_function_fails_by_an_error_or_by_naming_records() {
        let answer = |payload: &str| InvokeOutput::builder().payload(Blob::new(payload));
        assert_eq!(reason(&answer("null").build()), None);
        assert_eq!(reason(&answer(r#"{"batchItemFailures": []}"#).build()), None);
        assert_eq!(reason(&InvokeOutput::builder().build()), None);
        let failed = answer(r#"{"batchItemFailures": [{"itemIdentifier": "1"}]}"#).build();
        assert!(reason(&failed).unwrap().contains("try again later"));
        let failed = answer(r#"{"errorType": "Runtime.ExitError"}"#).function_error("Unhandled").build();
        assert!(reason(&failed).unwrap().contains("its log says why"));
    }

    #[test]
    fn an_archive_holds_an_executable() {
        let mut archive = zip::ZipArchive::new(Cursor::new(archive(b"program").unwrap())).unwrap();
        assert_eq!(archive.len(), 1);
        let file = archive.by_name("bootstrap").unwrap();
        assert_eq!((file.unix_mode().unwrap() & 0o777, file.size()), (0o755, 7));
    }
}
