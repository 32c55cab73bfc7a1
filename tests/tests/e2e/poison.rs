//! A record that can never be processed goes to the failure queue; the records around it are processed.

use domain::person::Side;
use serde_json::Value;
use shared::store::RawItem;
use shared::store::schema::{self, Key};
use tests::conversation::Conversation;
use tests::eventually::{IN_TIME, eventually};
use tests::stack::Stack;
use tests::{aws, new_id};

/// What the queue holds about an item from one of the stream's consumers, taken from it.
async fn failure_of(queue: &aws_sdk_sqs::Client, url: &str, pk: &str, function: &str) -> Value {
    eventually("the poison record is in the failure queue", IN_TIME, async || {
        // Visible again at once: another test may look for another record.
        let request = queue.receive_message().queue_url(url).max_number_of_messages(10).visibility_timeout(0);
        let received = request.send().await.expect("the queue answers").messages.unwrap_or_default();
        let seen = format!("{} other messages", received.len());
        for message in received {
            let body: Value = serde_json::from_str(message.body().unwrap_or_default()).unwrap_or_default();
            if body["keys"][0] == pk && body["function"] == function {
                let handle = message.receipt_handle().expect("a receipt handle");
                queue.delete_message().queue_url(url).receipt_handle(handle).send().await.expect("deleted");
                return Ok(body);
            }
        }
        Err(seen)
    })
    .await
}

async fn a_poison_item_is_parked(pk: &str, cause: &str) {
    let stack = Stack::together().await;
    let (ana, clara) = (stack.person("patient-a").await, stack.person("clinician-a").await);
    let config = aws::as_root(&stack).await;
    let (table, queue) = (aws::table(&stack).await, aws_sdk_sqs::Client::new(&config));
    let url = &stack.description().failure_queue_url;
    let key = Key { pk: pk.to_owned(), sk: schema::HEAD.to_owned() };

    let before = Conversation::asked_by(&ana).await;
    let poison = RawItem::new(key.clone()).with_title("my potassium is 6.1").with_last_number_of(Side::Patient, 1);
    table.put_raw(poison).await.expect("the poison is stored");
    let after = Conversation::asked_by(&ana).await;

    for function in ["project-changes", "notify"] {
        let failure = failure_of(&queue, url, pk, function).await;
        assert_eq!(failure["keys"], serde_json::json!([pk, "HEAD"]));
        assert!(failure["cause"].as_str().is_some_and(|text| text.contains(cause)), "{failure}");
        assert!(failure["eventId"].is_string() && failure["sequenceNumber"].is_string(), "{failure}");
        assert!(!failure.to_string().contains("potassium"), "{failure}");
    }

    for conversation in [&before, &after] {
        let one = async || match conversation.tasks(&clara).await.len() {
            1 => Ok(()),
            others => Err(format!("{others} tasks")),
        };
        eventually("the changes around it are processed", IN_TIME, one).await;
        conversation.set(&clara, "closed").await;
    }
    table.remove_raw(key).await.expect("the poison is removed");
}

#[tokio::test]
async fn a_head_that_can_not_be_read_is_parked() {
    a_poison_item_is_parked(&format!("CONV#{}", new_id()), "conversation").await;
}

#[tokio::test]
async fn a_head_whose_key_names_no_conversation_is_parked() {
    a_poison_item_is_parked(&format!("CONV#poison-{}", new_id()), "key").await;
}
