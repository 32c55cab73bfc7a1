//! Baseline: the call of `list-messages` and nothing around it: the head and the latest 50 entries in one query.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;

#[path = "bare/connection.rs"]
mod connection;

use connection::{client, text, told};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (client, table, chat) = (client()?, told("TABLE_NAME")?, format!("CONV#{}", told("BENCH_CONVERSATION")?));
    let (client, table, chat) = (&client, &table, &chat);
    lambda_runtime::run(service_fn(|_: LambdaEvent<IgnoredAny>| async move {
        let chat = client
            .query()
            .table_name(table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(chat))
            .expression_attribute_values(":from", text("E#0000000000"))
            .expression_attribute_values(":to", text("HEAD"))
            .scan_index_forward(false)
            .limit(51);
        assert_eq!(chat.send().await?.count, 51, "head and entries are there");
        Ok::<_, Error>(())
    }))
    .await
}
