//! Where the programs work: the AWS account or emulator, and the stack's resources, by the names that `cargo xtask` sets.

use anyhow::{Context, Result};
use aws_config::{BehaviorVersion, SdkConfig};
use jiff::Timestamp;
use shared::store::Table;

/// The stack to work on.
#[derive(Debug)]
pub(crate) struct Environment {
    /// Credentials, region and endpoint, from wherever AWS's own tools take them.
    pub(crate) aws: SdkConfig,
}

impl Environment {
    /// Reads the AWS settings.
    pub(crate) async fn read() -> Self {
        Self { aws: aws_config::load_defaults(BehaviorVersion::latest()).await }
    }

    /// The region of the stack.
    pub(crate) fn region(&self) -> Result<&str> {
        self.aws.region().map(AsRef::as_ref).context("no region is configured; set AWS_REGION")
    }

    /// The stack's own table.
    pub(crate) fn table(&self) -> Result<Table> {
        Ok(self.table_named(Self::table_name()?))
    }

    /// Another table of the same account.
    pub(crate) fn table_named(&self, name: impl Into<String>) -> Table {
        Table::new(aws_sdk_dynamodb::Client::new(&self.aws), name)
    }

    /// The name of the stack's own table (`TABLE_NAME`).
    pub(crate) fn table_name() -> Result<String> {
        variable("TABLE_NAME")
    }

    /// The failure queue (`FAILURE_QUEUE_URL`).
    pub(crate) fn failure_queue_url() -> Result<String> {
        variable("FAILURE_QUEUE_URL")
    }

    /// The stack's name, with which its functions' names begin (`STACK_NAME`).
    pub(crate) fn stack_name() -> Result<String> {
        variable("STACK_NAME")
    }
}

fn variable(name: &'static str) -> Result<String> {
    #[expect(clippy::disallowed_methods, reason = "a program for operators, which is no function")]
    std::env::var(name).with_context(|| format!("{name} must be set; `cargo xtask` does so"))
}

/// The present.
pub(crate) fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "a program for operators, which has no clock of a test's")]
    Timestamp::now()
}
