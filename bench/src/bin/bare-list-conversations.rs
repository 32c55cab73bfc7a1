//! Baseline: the calls of `list-conversations` and nothing around them: the page of chats and the reader's cursors, side
//! by side.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;

#[path = "bare/connection.rs"]
mod connection;

use connection::{client, text, told};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (client, table) = (client()?, told("TABLE_NAME")?);
    let (chats, cursors) = (format!("PATIENT#{}#CONV", told("BENCH_PATIENT")?), told("BENCH_CURSORS")?);
    let (client, table, chats, cursors) = (&client, &table, &chats, &cursors);
    lambda_runtime::run(service_fn(|_: LambdaEvent<IgnoredAny>| async move {
        let chats = client
            .query()
            .table_name(table)
            .index_name("lists")
            .key_condition_expression("lpk = :lpk")
            .filter_expression("attribute_exists(lastMessageAt)")
            .expression_attribute_values(":lpk", text(chats))
            .scan_index_forward(false)
            .limit(25);
        let cursors = client
            .query()
            .table_name(table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(cursors));
        let (chats, cursors) = tokio::try_join!(chats.send(), cursors.send())?;
        assert!(chats.count == 25 && cursors.count > 0, "the chats are there");
        Ok::<_, Error>(())
    }))
    .await
}
