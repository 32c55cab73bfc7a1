//! A LocalStack that runs already: waits for it, and tells whether it is still the same one.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use serde_json::Value;

use crate::tool::{http, interrupt};

/// Where LocalStack answers by default.
pub(crate) const ENDPOINT: &str = "http://localhost:4566";
/// Its first start installs what it needs.
const PATIENCE: Duration = Duration::from_mins(3);
/// The services that the stack uses. LocalStack calls a service `available` before its first use and `running` after.
const SERVICES: [&str; 10] = [
    "apigateway",
    "cloudformation",
    "dynamodb",
    "dynamodbstreams",
    "iam",
    "lambda",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
];

/// Waits until a LocalStack answers with all that the stack needs, and gives its session's id: a LocalStack that was
/// started again has another, and no longer has what was deployed to it.
pub(crate) fn wait_until_ready(endpoint: &str) -> Result<String> {
    let since = Instant::now();
    loop {
        interrupt::check()?;
        let health = get(endpoint, "/_localstack/health");
        let missing = health.as_ref().map(missing_services);
        if missing.as_ref().is_some_and(Vec::is_empty) {
            break;
        }
        if since.elapsed() > PATIENCE || (health.is_none() && since.elapsed() > Duration::from_secs(20)) {
            match missing {
                None => bail!(
                    "no LocalStack answers at {endpoint}; start one (compose.yaml has one) or name it with --endpoint"
                ),
                Some(missing) => bail!("the LocalStack at {endpoint} lacks {}", missing.join(", ")),
            }
        }
        thread::sleep(Duration::from_millis(250));
    }
    let info = get(endpoint, "/_localstack/info").unwrap_or_default();
    Ok(info["session_id"].as_str().unwrap_or_default().to_owned())
}

fn get(endpoint: &str, path: &str) -> Option<Value> {
    http::json(path, http::client().get(format!("{endpoint}{path}")).call()).ok()
}

fn missing_services(health: &Value) -> Vec<&'static str> {
    let ready = |name: &&str| matches!(health["services"][name].as_str(), Some("available" | "running"));
    SERVICES.into_iter().filter(|name| !ready(name)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let all: serde_json::Map<_, _> = SERVICES.iter().map(|name| ((*name).to_owned(), json!("available"))).collect();
        let mut health = json!({ "services": all });
        health["services"]["s3"] = json!("running");
        assert!(missing_services(&health).is_empty());
        health["services"]["lambda"] = json!("disabled");
        assert_eq!(missing_services(&health), ["lambda"]);
    }
}
