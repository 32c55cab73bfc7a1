//! The operations guide's own commands: a redriven queue, and a table restored to a point in time.

use std::process::Output;

use domain::ids::{ConversationId, EncounterId};
use serde_json::{Value, json};
use shared::store::schema::{self, Key};
use shared::store::{RawItem, Table};
use tests::conversation::Conversation;
use tests::eventually::{IN_TIME, eventually, found_if};
use tests::stack::Stack;
use tests::{aws, xtask};

/// What an operator has at hand: the stack's table and queue.
struct Operator {
    stack: Stack,
    table: Table,
    queue: aws_sdk_sqs::Client,
}

impl Operator {
    /// Alone: what others left in the queue is replayed too.
    async fn on_duty() -> Self {
        let stack = Stack::alone().await;
        let config = aws::as_root(&stack).await;
        let (table, queue) = (aws::table(&stack).await, aws_sdk_sqs::Client::new(&config));
        Self { stack, table, queue }
    }

    async fn item(&self, key: Key) -> Option<RawItem> {
        self.table.raw_item(key).await.expect("readable")
    }

    async fn put(&self, item: RawItem) {
        self.table.put_raw(item).await.expect("written");
    }

    /// Removes an item and gives what it was.
    async fn lose(&self, key: Key) -> RawItem {
        let item = self.item(key.clone()).await.unwrap_or_else(|| panic!("there is no {key}"));
        self.table.remove_raw(key).await.expect("removed");
        item
    }

    /// Puts a message into the failure queue, as Lambda does.
    async fn fail(&self, message: &Value) {
        self.enqueue(message.to_string()).await;
    }

    async fn enqueue(&self, body: String) {
        let url = &self.stack.description().failure_queue_url;
        let send = self.queue.send_message().queue_url(url).message_body(body);
        send.send().await.expect("sent");
    }

    /// Forgets what a test left in the queue on purpose.
    async fn empty_the_queue(&self) {
        let url = &self.stack.description().failure_queue_url;
        self.queue.purge_queue().queue_url(url).send().await.expect("purged");
    }

    /// What the failure queue says of something, as the guide's command lists it.
    fn listed(&self, about: &str) -> Vec<String> {
        let listed = succeeded(&self.xtask(&["redrive", "--list"]));
        listed.lines().filter(|line| line.contains(about)).map(str::to_owned).collect()
    }

    fn xtask(&self, arguments: &[&str]) -> Output {
        xtask::run(&self.stack, arguments)
    }
}

/// The key of a task.
fn task_key(task: &Value) -> Key {
    schema::task(task["id"].as_str().and_then(|id| id.parse().ok()).expect("an id"))
}

/// The ids of a conversation and its encounter.
fn ids(conversation: &Conversation) -> (ConversationId, EncounterId) {
    (conversation.id.parse().expect("an id"), conversation.encounter_id.parse().expect("an id"))
}

fn printed(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", printed(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn what_failed_is_replayed_once_its_cause_is_put_right() {
    let operator = Operator::on_duty().await;
    let (ana, clara) = (operator.stack.person("patient-a").await, operator.stack.person("clinician-a").await);
    let conversation = Conversation::asked_by(&ana).await;
    let head = format!("CONV#{}", conversation.id);

    // An encounter is lost, so the closing can't reach it: that is what the queue tells.
    let encounter = operator.lose(schema::encounter(ids(&conversation).1)).await;
    conversation.set(&clara, "closed").await;
    let parked = eventually("the closing is in the failure queue", IN_TIME, async || {
        let listed = operator.listed(&head);
        found_if(!listed.is_empty(), listed)
    });
    let parked = parked.await;
    assert!(parked[0].contains("project-changes") && parked[0].contains("HEAD"), "{parked:?}");

    // Replaying it before the cause is put right brings it back, and says so.
    let early = succeeded(&operator.xtask(&["redrive"]));
    assert!(early.contains("came back"), "{early}");
    assert_eq!(operator.listed(&head).len(), parked.len());

    operator.put(encounter).await;
    let replayed = succeeded(&operator.xtask(&["redrive"]));
    assert!(replayed.contains("replayed"), "{replayed}");
    let finished = clara.get(&conversation.encounter()).await.expect(200);
    assert_eq!((&finished["status"], &finished["archived"]), (&json!("finished"), &json!(true)));
    assert_eq!(operator.listed(&head), Vec::<String>::new());
}

#[tokio::test]
async fn what_lambda_gave_up_is_read_from_the_stream_again() {
    let operator = Operator::on_duty().await;
    let (ana, clara) = (operator.stack.person("patient-a").await, operator.stack.person("clinician-a").await);
    let conversation = Conversation::asked_by(&ana).await;
    let head = format!("CONV#{}", conversation.id);
    let tasks = async |count: usize| {
        eventually("the conversation's tasks", IN_TIME, async || {
            let tasks = conversation.tasks(&clara).await;
            found_if(tasks.len() == count, tasks)
        })
        .await
    };
    let task = tasks(1).await.remove(0);

    // As if the batch had never been processed: no task. Lambda's message names shard and sequence numbers only.
    operator.lose(schema::task_slot(ids(&conversation).0)).await;
    operator.lose(task_key(&task)).await;
    tasks(0).await;
    let function = aws::function_arn(&operator.stack, "project-changes").await;
    operator.fail(&lambdas_message(&function, &aws::stream_batch(&operator.stack, &head, "HEAD").await)).await;
    succeeded(&operator.xtask(&["redrive"]));
    let again = tasks(1).await.remove(0);
    assert_ne!(again["id"], task["id"]);

    // What the stream has forgotten stays in the queue, and the command that does its work anyway is named.
    let mut forgotten = aws::stream_batch(&operator.stack, &head, "HEAD").await;
    forgotten["shardId"] = json!("shardId-00000000000000000000-deadbeef");
    operator.lose(schema::task_slot(ids(&conversation).0)).await;
    operator.lose(task_key(&again)).await;
    operator.fail(&lambdas_message(&function, &forgotten)).await;
    let refused = operator.xtask(&["redrive"]);
    assert!(!refused.status.success() && printed(&refused).contains("--everything"), "{}", printed(&refused));
    succeeded(&operator.xtask(&["redrive", "--everything"]));
    tasks(1).await;
    conversation.set(&clara, "closed").await;
    operator.empty_the_queue().await;
}

/// What Lambda sends to a stream's failure destination (its developer guide, "Retaining discarded batches").
fn lambdas_message(function: &str, batch: &Value) -> Value {
    json!({
        "version": "1.0",
        "timestamp": "2026-11-24T20:15:00.000Z",
        "requestContext": {
            "requestId": tests::new_id(), "functionArn": function, "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 6,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "DDBStreamBatchInfo": batch,
    })
}

#[tokio::test]
async fn an_asynchronous_event_is_replayed_and_strangers_messages_are_left() {
    let operator = Operator::on_duty().await;
    let function = aws::function_arn(&operator.stack, "inspect-attachment").await;
    let key = format!("uploads/{}/{}", tests::new_id(), tests::new_id());
    let event = json!({"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": operator.stack.description().region,
        "eventTime": "2026-11-24T20:15:00.000Z", "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "x"}, "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {},
        "s3": {"s3SchemaVersion": "1.0", "configurationId": "x",
               "bucket": {"name": operator.stack.description().bucket_name, "ownerIdentity": {"principalId": "x"}, "arn": ""},
               "object": {"key": key, "size": 1, "eTag": "x", "sequencer": "1"}},
    }]});
    operator
        .fail(&json!({
            "version": "1.0", "timestamp": "2026-11-24T20:15:00.000Z",
            "requestContext": {"requestId": "x", "functionArn": function, "condition": "RetriesExhausted",
                               "approximateInvokeCount": 3},
            "requestPayload": event,
        }))
        .await;
    operator.fail(&json!({"hello": "stranger"})).await;
    operator.enqueue("no JSON".to_owned()).await;
    let output = operator.xtask(&["redrive"]);
    let said = printed(&output);
    assert!(!output.status.success(), "messages are left: {said}");
    assert!(said.contains("no message of Lambda's nor of ours"), "{said}");
    assert!(said.contains("2 left"), "{said}");
    assert_eq!(operator.listed("inspect-attachment"), Vec::<String>::new());
    operator.empty_the_queue().await;
}

#[tokio::test]
async fn a_table_is_restored_beside_and_what_was_lost_is_put_back() {
    let operator = Operator::on_duty().await;
    let (ana, clara) = (operator.stack.person("patient-a").await, operator.stack.person("clinician-a").await);
    let conversation = Conversation::asked_by(&ana).await;
    conversation.say(&clara, "It is within the range.").await;
    let before = conversation.entries(&ana).await;
    let head = format!("CONV#{}", conversation.id);

    let restored = succeeded(&operator.xtask(&["restore", "--to", "latest"]));
    let side = restored.split("--from ").nth(1).expect("the table is named").trim().to_owned();

    // An answer is lost and a head is damaged; meanwhile people go on.
    let (id, _) = ids(&conversation);
    let answer = schema::entry(id, before[1]["number"].as_u64().expect("a number"));
    let lost = operator.lose(answer.clone()).await;
    let damaged = operator.item(schema::head(id)).await.expect("a head").with_title("damaged");
    operator.put(damaged).await;
    let later = Conversation::asked_by(&ana).await;

    let counted = succeeded(&operator.xtask(&["put-back", "--from", &side, "--count"]));
    assert!(counted.contains("CONV E 1") && counted.contains("CONV HEAD"), "{counted}");
    assert_eq!(operator.item(answer.clone()).await, None, "counting changes nothing");

    let back = succeeded(&operator.xtask(&["put-back", "--from", &side]));
    assert!(back.contains("were missing and are back: CONV E 1"), "{back}");
    assert_eq!(operator.item(answer).await, Some(lost));
    assert_eq!(conversation.seen_by(&ana).await["title"], "damaged", "what differs stays, unless it is named");
    assert_eq!(later.entries(&ana).await.len(), 1, "what came later stays");

    succeeded(&operator.xtask(&["put-back", "--from", &side, "--partition", &head]));
    assert_ne!(conversation.seen_by(&ana).await["title"], "damaged");
    assert_eq!(conversation.entries(&ana).await, before);

    let client = aws_sdk_dynamodb::Client::new(&aws::as_root(&operator.stack).await);
    client.delete_table().table_name(&side).send().await.expect("the side table goes");
    let nonsense = operator.xtask(&["restore", "--to", "yesterday"]);
    assert!(!nonsense.status.success() && printed(&nonsense).contains("is no time"), "{}", printed(&nonsense));
    for conversation in [conversation, later] {
        conversation.set(&clara, "closed").await;
    }
}
