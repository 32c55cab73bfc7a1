//! The deployed event source mappings deliver the changes that the stream's consumers follow, and no others.

use functions::inventory::{EventSource, TRIGGERS};
use serde_json::Value;
use tests::aws;
use tests::stack::Stack;

#[tokio::test]
async fn each_stream_consumer_has_the_filters_of_what_it_follows() {
    let stack = Stack::together().await;
    let mut consumers = 0;
    for trigger in TRIGGERS {
        let EventSource::TableStream(follows) = trigger.source else { continue };
        consumers += 1;
        let expected = follows.iter().map(|change| serde_json::to_value(change.filter()).expect("JSON"));
        let expected: Vec<Value> = expected.collect();
        let deployed = aws::stream_filters(&stack, trigger.name).await;
        assert!(!deployed.is_empty(), "{} would get every change", trigger.name);
        assert_eq!(deployed, expected, "{}", trigger.name);
    }
    assert_eq!(consumers, 2, "DynamoDB supports two readers of a stream");
}
