//! AWS behind the stack: its table and queue as root, its functions called directly, and their roles.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::store::Table;

use crate::deployment::Deployment;
use crate::eventually::{IN_TIME, eventually, found_if};

/// What Lambda says of a function.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FunctionConfiguration {
    /// Its ARN.
    pub function_arn: String,
    /// The ARN of its role.
    pub role: String,
    timeout: u32,
    last_update_status: String,
    #[serde(default)]
    environment: Environment,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Environment {
    #[serde(default)]
    variables: HashMap<String, String>,
}

impl FunctionConfiguration {
    /// A variable of its environment.
    pub fn variable(&self, name: &str) -> &str {
        self.environment.variables.get(name).unwrap_or_else(|| panic!("the function has no {name}"))
    }
}

/// The emulator's root.
fn root() -> Credentials {
    Credentials::new("test", "test", None, None, "the emulator's root")
}

/// Calls as root.
pub async fn as_root(stack: &Deployment) -> SdkConfig {
    config(stack, SharedCredentialsProvider::new(root())).await
}

/// The stack's table, with all rights.
pub async fn table(stack: &Deployment) -> Table {
    Table::new(aws_sdk_dynamodb::Client::new(&as_root(stack).await), &stack.description().table_name)
}

/// Calls with a function's role.
pub async fn as_role(stack: &Deployment, role_arn: &str) -> SdkConfig {
    let provider = AssumeRoleProvider::builder(role_arn).session_name("tests").configure(&as_root(stack).await);
    let credentials = provider.build().await.provide_credentials().await;
    let credentials = credentials.unwrap_or_else(|error| panic!("{role_arn} can't be assumed: {error:?}"));
    config(stack, SharedCredentialsProvider::new(credentials)).await
}

async fn config(stack: &Deployment, credentials: SharedCredentialsProvider) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(&stack.description().aws_endpoint_url)
        .region(Region::new(stack.description().region.clone()))
        .credentials_provider(credentials)
        .retry_config(RetryConfig::disabled())
        .load()
        .await
}

/// What Lambda says of a function (`GetFunctionConfiguration`).
pub async fn function(stack: &Deployment, binary: &str) -> FunctionConfiguration {
    let path = format!("/2015-03-31/functions/{}/configuration", stack.function_name(binary));
    let text = lambda(stack, "GET", &path, Vec::new()).await;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{binary}: {error}: {text}"))
}

/// Replaces a function's sandboxes, as every change of its configuration does: new ones know nothing that the old ones
/// kept.
pub async fn restart(stack: &Deployment, binary: &str) {
    let path = format!("/2015-03-31/functions/{}/configuration", stack.function_name(binary));
    let timeout = function(stack, binary).await.timeout;
    lambda(stack, "PUT", &path, json!({"Timeout": timeout}).to_string().into_bytes()).await;
    eventually("the function is updated", IN_TIME, async || {
        let function = function(stack, binary).await;
        found_if(function.last_update_status == "Successful", function)
    })
    .await;
}

/// A function's ARN.
pub async fn function_arn(stack: &Deployment, binary: &str) -> String {
    function(stack, binary).await.function_arn
}

/// The filters between the stream and a function (`ListEventSourceMappings`).
pub async fn stream_filters(stack: &Deployment, binary: &str) -> Vec<Value> {
    let path = format!("/2015-03-31/event-source-mappings/?FunctionName={}", stack.function_name(binary));
    let text = lambda(stack, "GET", &path, Vec::new()).await;
    let listed: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{binary}: {error}: {text}"));
    let [mapping] = &listed["EventSourceMappings"].as_array().expect("mappings")[..] else {
        panic!("{binary} has one event source: {listed}")
    };
    let filters = mapping["FilterCriteria"]["Filters"].as_array().expect("filters").iter();
    let pattern = |filter: &Value| serde_json::from_str(filter["Pattern"].as_str().expect("a pattern")).expect("JSON");
    filters.map(pattern).collect()
}

/// What Lambda would say of a batch that holds the latest record of an item (`DDBStreamBatchInfo`).
pub async fn stream_batch(stack: &Deployment, pk: &str, sk: &str) -> Value {
    let listed = streams(stack, "ListStreams", &json!({"TableName": stack.description().table_name})).await;
    let arn = &listed["Streams"][0]["StreamArn"];
    let described = streams(stack, "DescribeStream", &json!({"StreamArn": arn})).await;
    for shard in described["StreamDescription"]["Shards"].as_array().expect("shards").iter().rev() {
        let shard = &shard["ShardId"];
        let asked = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
        let mut iterator = streams(stack, "GetShardIterator", &asked).await["ShardIterator"].clone();
        let mut found = None;
        while iterator.is_string() {
            let page = streams(stack, "GetRecords", &json!({"ShardIterator": iterator})).await;
            let records = page["Records"].as_array().expect("records");
            let of_item = |record: &&Value| {
                let keys = record["dynamodb"]["Keys"].as_object().expect("keys").values();
                keys.map(|key| key["S"].as_str()).collect::<BTreeSet<_>>() == BTreeSet::from([Some(pk), Some(sk)])
            };
            found = records.iter().rfind(of_item).map(|record| record["dynamodb"]["SequenceNumber"].clone()).or(found);
            iterator = if records.is_empty() { Value::Null } else { page["NextShardIterator"].clone() };
        }
        if let Some(number) = found {
            return json!({
                "shardId": shard, "startSequenceNumber": number, "endSequenceNumber": number,
                "approximateArrivalOfFirstRecord": "2026-11-24T20:14:00Z",
                "approximateArrivalOfLastRecord": "2026-11-24T20:14:00Z", "batchSize": 1, "streamArn": arn,
            });
        }
    }
    panic!("the stream has no record of {pk} {sk}")
}

async fn streams(stack: &Deployment, operation: &str, asked: &Value) -> Value {
    let target = format!("DynamoDBStreams_20120810.{operation}");
    let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target.as_str())];
    let text = signed(stack, "dynamodb", ("POST", "/"), &headers, asked.to_string().into_bytes()).await;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{operation}: {error}: {text}"))
}

/// Calls a function directly, past the gateway (`Invoke`), and gives what it answers.
pub async fn invoke(stack: &Deployment, binary: &str, event: &Value) -> Value {
    let path = format!("/2015-03-31/functions/{}/invocations", stack.function_name(binary));
    let text = lambda(stack, "POST", &path, event.to_string().into_bytes()).await;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{binary}: {error}: {text}"))
}

/// A signed call of Lambda's API.
async fn lambda(stack: &Deployment, method: &str, path: &str, body: Vec<u8>) -> String {
    signed(stack, "lambda", (method, path), &[], body).await
}

/// All that a log group holds.
pub async fn log_lines(stack: &Deployment, group: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut asked = json!({"logGroupName": group});
    loop {
        let page = logs(stack, "FilterLogEvents", &asked).await;
        let events = page["events"].as_array().expect("events");
        lines.extend(events.iter().filter_map(|event| event["message"].as_str().map(str::to_owned)));
        match (page["nextToken"].as_str(), events.last()) {
            (Some(next), _) => asked["nextToken"] = next.into(),
            // An emulator gives no token; the last ones come twice then.
            (None, Some(last)) if events.len() == LOG_PAGE => asked["startTime"] = last["timestamp"].clone(),
            _ => return lines,
        }
    }
}

/// How many log events `CloudWatch` Logs gives at most.
const LOG_PAGE: usize = 10_000;

/// The log groups whose names begin with a prefix.
pub async fn log_groups(stack: &Deployment, prefix: &str) -> Vec<String> {
    let mut groups = Vec::new();
    let mut asked = json!({"logGroupNamePrefix": prefix});
    loop {
        let page = logs(stack, "DescribeLogGroups", &asked).await;
        let found = page["logGroups"].as_array().expect("log groups");
        groups.extend(found.iter().filter_map(|group| group["logGroupName"].as_str().map(str::to_owned)));
        match page["nextToken"].as_str() {
            Some(next) => asked["nextToken"] = next.into(),
            None => return groups,
        }
    }
}

async fn logs(stack: &Deployment, operation: &str, asked: &Value) -> Value {
    let target = format!("Logs_20140328.{operation}");
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target.as_str())];
    let text = signed(stack, "logs", ("POST", "/"), &headers, asked.to_string().into_bytes()).await;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{operation}: {error}: {text}"))
}

/// A signed call of a service whose SDK would be the largest part of this package's build.
async fn signed(
    stack: &Deployment,
    service: &str,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> String {
    let url = format!("{}{path}", stack.description().aws_endpoint_url);
    let identity = root().into();
    #[expect(clippy::disallowed_methods, reason = "a signature is of its time")]
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&stack.description().region)
        .name(service)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .expect("complete")
        .into();
    let signable = SignableRequest::new(method, &url, headers.iter().copied(), SignableBody::Bytes(&body));
    let (signature, _) = sign(signable.expect("signable"), &params).expect("signed").into_parts();
    let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = stack.http().request(method, &url).timeout(Duration::from_secs(30)).body(body);
    for (name, value) in signature.headers().chain(headers.iter().copied()) {
        request = request.header(name, value);
    }
    let answer = request.send().await.unwrap_or_else(|error| panic!("{url}: {error:?}"));
    let status = answer.status();
    let text = answer.text().await.expect("a readable answer");
    assert!(status.is_success(), "{url}: {status}: {text}");
    text
}
