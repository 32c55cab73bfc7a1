//! Baseline: the calls of `send-message` and nothing else. It reads the head, and writes head, entry and audit event in one
//! transaction, with the same conditions and items of the same size.

use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;

mod bare;

use bare::{Item, client, text, variable};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (client, table, patient) = (client()?, variable("TABLE_NAME")?, variable("BENCH_PATIENT")?);
    let conversation = variable("BENCH_CONVERSATION")?;
    let head = format!("CONV#{conversation}");
    let get = |sk: &str| client.get_item().table_name(&table).key("pk", text(&head)).key("sk", text(sk));
    // The text of a stored entry is written again and again, so nothing is compressed here.
    let entry = get("E#0000000001").send().await?.item.ok_or("the conversation has no entry")?;
    let (get, client, table, entry, patient, conversation) = (&get, &client, &table, &entry, &patient, &conversation);
    lambda_runtime::run(service_fn(|_: LambdaEvent<IgnoredAny>| async move {
        let mut new_head = get("HEAD").consistent_read(true).send().await?.item.ok_or("there is no conversation")?;
        let (lock, last) = (new_head["lockVersion"].clone(), new_head["lastNumber"].clone());
        let number = last.as_n().map_err(|_| "no number")?.parse::<u64>()? + 1;
        new_head.insert("lastNumber".into(), AttributeValue::N(number.to_string()));
        new_head.insert("lastPatient".into(), AttributeValue::N(number.to_string()));
        let mut new_entry = entry.clone();
        new_entry.insert("sk".into(), text(format!("E#{number:010}")));
        let record = Item::from([
            ("pk".into(), text(format!("ACCESS#{patient}"))),
            ("sk".into(), text(format!("{number:032}#{}", &conversation[conversation.len() - 22..]))),
            ("n".into(), AttributeValue::N(number.to_string())),
            ("expiresAt".into(), AttributeValue::N("1795338000".into())),
        ]);
        let put = |item: Item| {
            let put = Put::builder().table_name(table).set_item(Some(item));
            put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        };
        let is_new = "attribute_not_exists(pk)";
        let unchanged = "lockVersion = :lockVersion AND lastNumber = :lastNumber";
        let new_head = put(new_head).condition_expression(unchanged);
        let new_head =
            new_head.expression_attribute_values(":lockVersion", lock).expression_attribute_values(":lastNumber", last);
        let parts = [put(record).condition_expression(is_new), new_head, put(new_entry).condition_expression(is_new)];
        let mut transaction = client.transact_write_items();
        for part in parts {
            transaction = transaction.transact_items(TransactWriteItem::builder().put(part.build()?).build());
        }
        transaction.send().await?;
        Ok::<_, Error>(())
    }))
    .await
}
