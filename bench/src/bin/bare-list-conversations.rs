//! Baseline: the calls of `list-conversations` and nothing else: the page of conversations and the reader's cursors, at
//! the same time.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;

mod bare;

use bare::{client, text, variable};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (client, table) = (client()?, variable("TABLE_NAME")?);
    let (conversations, cursors) = (format!("PATIENT#{}#CONV", variable("BENCH_PATIENT")?), variable("BENCH_CURSORS")?);
    let (client, table, conversations, cursors) = (&client, &table, &conversations, &cursors);
    lambda_runtime::run(service_fn(|_: LambdaEvent<IgnoredAny>| async move {
        let conversations = client
            .query()
            .table_name(table)
            .index_name("lists")
            .key_condition_expression("lpk = :lpk")
            .filter_expression("attribute_exists(lastMessageAt)")
            .expression_attribute_values(":lpk", text(conversations))
            .scan_index_forward(false)
            .limit(25);
        let cursors = client
            .query()
            .table_name(table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(cursors));
        let (conversations, cursors) = tokio::try_join!(conversations.send(), cursors.send())?;
        assert!(conversations.count == 25 && cursors.count > 0, "the conversations are there");
        Ok::<_, Error>(())
    }))
    .await
}
