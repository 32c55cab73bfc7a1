//! What a message of the failure queue says: which function failed, with what, and why.

use serde::Deserialize;
use serde_json::Value;

/// A message of the failure queue.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum FailureMessage {
    /// A stream record that a function gave up, written by the function itself.
    Record {
        /// The function's binary.
        function: String,
        /// The item's keys; a record without them can't be given back.
        #[serde(deserialize_with = "Option::deserialize")]
        keys: Option<(String, String)>,
        /// What is wrong.
        cause: String,
    },
    /// A batch or an event that Lambda gave up (its developer guide, "Retaining discarded batches").
    Invocation {
        /// Which function, and why.
        #[serde(rename = "requestContext")]
        context: RequestContext,
        /// The batch, where the event source is a stream.
        #[serde(rename = "DDBStreamBatchInfo")]
        batch: Option<StreamBatch>,
        /// The event, where the function was called asynchronously.
        #[serde(rename = "requestPayload")]
        event: Option<Value>,
    },
    /// Somebody else's.
    #[serde(skip)]
    Unknown,
}

/// What Lambda says of an invocation that it gave up.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestContext {
    /// The function.
    pub(crate) function_arn: String,
    /// Why it was given up, such as `RetryAttemptsExhausted`.
    #[serde(default)]
    pub(crate) condition: Option<String>,
}

/// Where in the stream a batch is.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StreamBatch {
    /// The stream.
    pub(crate) stream_arn: String,
    /// The part of the stream.
    pub(crate) shard_id: String,
    /// The first record.
    pub(crate) start_sequence_number: String,
    /// The last record.
    pub(crate) end_sequence_number: String,
    /// How many records there are.
    pub(crate) batch_size: u64,
}

impl FailureMessage {
    /// Reads a message's body, whatever it is.
    pub(crate) fn read(body: &str) -> Self {
        serde_json::from_str(body).unwrap_or(Self::Unknown)
    }

    /// The message in a line: which function, which item or how much, why.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Record { function, keys: Some((partition, sort)), cause } => {
                format!("{function}  {partition} {sort}  {cause}")
            }
            Self::Record { function, keys: None, cause } => format!("{function}  no keys  {cause}"),
            Self::Invocation { context, batch, .. } => {
                let arn = &context.function_arn;
                let function = arn.rsplit_once(":function:").map_or(arn.as_str(), |(_, name)| name);
                let what = batch.as_ref().map_or_else(
                    || "an event".to_owned(),
                    |batch| format!("{} records of the stream", batch.batch_size),
                );
                format!("{function}  {what}  {}", context.condition.as_deref().unwrap_or("?"))
            }
            Self::Unknown => "?  an unknown message  ?".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &Value) -> FailureMessage {
        FailureMessage::read(&body.to_string())
    }

    #[test]
    fn a_functions_own_message_names_the_item() {
        let message = read(&json!({
            "function": "notify", "cause": "the conversation can't be read", "eventId": "1", "sequenceNumber": "2",
            "keys": ["CONV#1", "HEAD"],
        }));
        assert_eq!(message.line(), "notify  CONV#1 HEAD  the conversation can't be read");
        let without = read(&json!({"function": "notify", "cause": "a record has no keys", "keys": null}));
        assert_eq!(without.line(), "notify  no keys  a record has no keys");
    }

    #[test]
    fn lambdas_message_names_the_function_and_the_condition() {
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:portal-messaging-dev-project-changes";
        let context = json!({"functionArn": arn, "condition": "RetryAttemptsExhausted", "requestId": "1"});
        let batch = json!({
            "shardId": "shard", "startSequenceNumber": "1", "endSequenceNumber": "3", "batchSize": 3,
            "streamArn": "stream", "approximateArrivalOfFirstRecord": "2026-11-24T20:14:00Z",
        });
        let message = read(&json!({"version": "1.0", "requestContext": context, "DDBStreamBatchInfo": batch}));
        assert_eq!(
            message.line(),
            "portal-messaging-dev-project-changes  3 records of the stream  RetryAttemptsExhausted"
        );
        let message = read(&json!({"requestContext": context, "requestPayload": {"Records": []}}));
        assert_eq!(message.line(), "portal-messaging-dev-project-changes  an event  RetryAttemptsExhausted");
    }

    #[test]
    fn everything_else_is_unknown() {
        for body in ["no JSON", "[]", r#"{"hello": "stranger"}"#, r#"{"function": "notify", "cause": "without keys"}"#]
        {
            assert_eq!(FailureMessage::read(body), FailureMessage::Unknown, "{body}");
        }
    }
}
