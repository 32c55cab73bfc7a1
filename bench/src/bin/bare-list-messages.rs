//! Baseline: the call of `list-messages` and nothing else: the head and the latest 50 entries in one query.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;

mod bare;

use bare::{client, text, variable};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (client, table, conversation) =
        (client()?, variable("TABLE_NAME")?, format!("CONV#{}", variable("BENCH_CONVERSATION")?));
    let (client, table, conversation) = (&client, &table, &conversation);
    lambda_runtime::run(service_fn(|_: LambdaEvent<IgnoredAny>| async move {
        let page = client
            .query()
            .table_name(table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(conversation))
            .expression_attribute_values(":from", text("E#0000000000"))
            .expression_attribute_values(":to", text("HEAD"))
            .scan_index_forward(false)
            .limit(51);
        assert_eq!(page.send().await?.count, 51, "head and entries are there");
        Ok::<_, Error>(())
    }))
    .await
}
