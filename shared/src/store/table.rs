//! The table itself: reading, querying and writing items, and which failures are passing ones.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use backon::{ExponentialBuilder, Retryable as _};

use super::StoreError;
use super::schema::{self, Key};

/// An item, as `DynamoDB` has it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The table.
#[derive(Debug, Clone)]
pub struct Table {
    pub(super) client: Client,
    pub(super) name: String,
    /// How long audit events are kept.
    pub(super) access_log_kept: Duration,
}

/// Where a page ended: the key of its last item. Opaque to callers.
pub type Position = BTreeMap<String, String>;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page begins, if there is more.
    pub next: Option<Position>,
}

/// A query, without its table.
pub(super) struct Query<'a> {
    pub(super) index: Option<&'static str>,
    pub(super) condition: &'static str,
    pub(super) values: Vec<(&'static str, String)>,
    pub(super) filter: Option<&'static str>,
    pub(super) forwards: bool,
    pub(super) limit: Option<usize>,
    pub(super) consistent: bool,
    pub(super) start: Option<&'a Position>,
}

impl Query<'_> {
    pub(super) fn new(condition: &'static str, values: Vec<(&'static str, String)>) -> Self {
        Self {
            index: None,
            condition,
            values,
            filter: None,
            forwards: true,
            limit: None,
            consistent: false,
            start: None,
        }
    }
}

/// What a conditional write came to.
pub(super) enum Written {
    /// It is stored.
    Stored,
    /// A condition did not hold: for each part, its item as it stands where its condition failed.
    Refused(Vec<Option<Item>>),
}

/// A conditional part of a transaction.
#[derive(Clone)]
pub(super) enum Part {
    Put(Item, Option<Condition>),
    Delete(Key, Option<Condition>),
}

/// A condition with its values.
#[derive(Clone)]
pub(super) struct Condition(pub(super) &'static str, pub(super) Vec<(&'static str, u64)>);

impl Condition {
    /// The item must be new.
    pub(super) const fn is_new() -> Self {
        Self(schema::IS_NEW, Vec::new())
    }

    /// The item must be at this version; 0 stands for none.
    pub(super) fn version(version: u64) -> Self {
        if version == 0 { Self::is_new() } else { Self(schema::UNCHANGED, vec![(":version", version)]) }
    }

    fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        let values = self.1.iter().map(|(name, value)| ((*name).to_owned(), AttributeValue::N(value.to_string())));
        (!self.1.is_empty()).then(|| values.collect())
    }
}

/// Six years, as long as HIPAA wants such records kept (45 CFR 164.316(b)(2)(i)).
const ACCESS_LOG_KEPT: Duration = Duration::from_hours(24 * 2190);

impl Table {
    /// A table by its name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into(), access_log_kept: ACCESS_LOG_KEPT }
    }

    /// The same table, whose audit events are kept for so many days.
    #[must_use]
    pub fn keeping_access_log(self, days: u32) -> Self {
        Self { access_log_kept: Duration::from_hours(24 * u64::from(days)), ..self }
    }

    /// Reads one item.
    pub(super) async fn get(&self, key: Key, consistent: bool) -> Result<Option<Item>, StoreError> {
        let request = self.client.get_item().table_name(&self.name);
        let request = request.key("pk", AttributeValue::S(key.pk)).key("sk", AttributeValue::S(key.sk));
        Ok(request.consistent_read(consistent).send().await.map_err(|error| refused(&error))?.item)
    }

    /// Reads one page of a query.
    pub(super) async fn query(&self, query: &Query<'_>) -> Result<Page<Item>, StoreError> {
        let mut request = self
            .client
            .query()
            .table_name(&self.name)
            .set_index_name(query.index.map(String::from))
            .key_condition_expression(query.condition)
            .set_filter_expression(query.filter.map(String::from))
            .scan_index_forward(query.forwards)
            .set_limit(query.limit.and_then(|limit| i32::try_from(limit).ok()))
            .consistent_read(query.consistent);
        for (name, value) in &query.values {
            request = request.expression_attribute_values(*name, AttributeValue::S(value.clone()));
        }
        for (name, value) in query.start.into_iter().flatten() {
            request = request.exclusive_start_key(name, AttributeValue::S(value.clone()));
        }
        let answer = request.send().await.map_err(|error| refused(&error))?;
        Ok(Page { items: answer.items.unwrap_or_default(), next: answer.last_evaluated_key.as_ref().map(position) })
    }

    /// Reads one page of all items of the index. No function does: what it costs grows with the table.
    pub(super) async fn scan_lists(
        &self,
        filter: &'static str,
        value: (&'static str, &str),
        start: Option<&Position>,
    ) -> Result<Page<Item>, StoreError> {
        let mut request = self
            .client
            .scan()
            .table_name(&self.name)
            .index_name(schema::LISTS)
            .filter_expression(filter)
            .expression_attribute_values(value.0, AttributeValue::S(value.1.to_owned()));
        for (name, value) in start.into_iter().flatten() {
            request = request.exclusive_start_key(name, AttributeValue::S(value.clone()));
        }
        let answer = request.send().await.map_err(|error| refused(&error))?;
        Ok(Page { items: answer.items.unwrap_or_default(), next: answer.last_evaluated_key.as_ref().map(position) })
    }

    /// Reads pages until `limit` items are together or the list ends: a filter can leave pages short.
    ///
    /// Where few items pass the filter, the query's own limit says how many to look at in one call; what is found
    /// beyond the page is left for the next one, and after some calls the page ends, however short.
    pub(super) async fn query_page(&self, mut query: Query<'_>, limit: usize) -> Result<Page<Item>, StoreError> {
        let (mut items, mut start) = (Vec::new(), query.start.cloned());
        let (look_at, mut calls) = (query.limit, 0);
        loop {
            query.limit = Some(look_at.unwrap_or(limit - items.len()));
            let page = self.query(&Query { start: start.as_ref(), values: query.values.clone(), ..query }).await?;
            items.extend(page.items);
            calls += 1;
            if items.len() > limit {
                items.truncate(limit);
                return Ok(Page { next: items.last().map(position), items });
            }
            if items.len() == limit || page.next.is_none() || (look_at.is_some() && calls == MOST_CALLS) {
                return Ok(Page { items, next: page.next });
            }
            start = page.next;
        }
    }

    /// Reads all pages of a query whose answer is small.
    pub(super) async fn query_all(&self, query: Query<'_>) -> Result<Vec<Item>, StoreError> {
        Ok(self.query_page(query, usize::try_from(i32::MAX).unwrap_or(usize::MAX)).await?.items)
    }

    /// Writes one item if its condition holds; else the item as it stands.
    pub(super) async fn put(&self, item: Item, condition: Option<Condition>) -> Result<Written, StoreError> {
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .set_condition_expression(condition.as_ref().map(|condition| condition.0.to_owned()))
            .set_expression_attribute_values(condition.as_ref().and_then(Condition::values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(_) => Ok(Written::Stored),
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_conditional_check_failed_exception() => {
                    let standing = match error.into_service_error() {
                        aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
                            failed,
                        ) => failed.item,
                        _ => None,
                    };
                    Ok(Written::Refused(vec![standing]))
                }
                _ => Err(refused(&error)),
            },
        }
    }

    /// Writes all parts if all their conditions hold, else none.
    pub(super) async fn transact(&self, parts: Vec<Part>) -> Result<Written, StoreError> {
        let items = parts.into_iter().map(|part| self.part(part)).collect::<Result<Vec<_>, StoreError>>()?;
        let request = self.client.transact_write_items().set_transact_items(Some(items));
        match request.send().await {
            Ok(_) => Ok(Written::Stored),
            Err(error) => match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    cancellation(canceled.cancellation_reasons())
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => {
                    Err(StoreError::Busy("the transaction is in progress".into()))
                }
                _ => Err(refused(&error)),
            },
        }
    }

    fn part(&self, part: Part) -> Result<TransactWriteItem, StoreError> {
        let built = match part {
            Part::Put(item, condition) => Put::builder()
                .table_name(&self.name)
                .set_item(Some(item))
                .set_condition_expression(condition.as_ref().map(|condition| condition.0.to_owned()))
                .set_expression_attribute_values(condition.as_ref().and_then(Condition::values))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                .build()
                .map(|put| TransactWriteItem::builder().put(put).build()),
            Part::Delete(key, condition) => Delete::builder()
                .table_name(&self.name)
                .key("pk", AttributeValue::S(key.pk))
                .key("sk", AttributeValue::S(key.sk))
                .set_condition_expression(condition.as_ref().map(|condition| condition.0.to_owned()))
                .set_expression_attribute_values(condition.as_ref().and_then(Condition::values))
                .build()
                .map(|delete| TransactWriteItem::builder().delete(delete).build()),
        };
        built.map_err(|error| StoreError::Refused(error.to_string()))
    }
}

/// After how many calls a page with a narrow filter ends.
const MOST_CALLS: u32 = 8;

/// An item's position: its keys, all of them texts.
pub(super) fn position(item: &Item) -> Position {
    let text = |name: &str| Some((name.to_owned(), item.get(name)?.as_s().ok()?.clone()));
    ["pk", "sk", "lpk", "lsk"].into_iter().filter_map(text).collect()
}

/// Reads why a transaction was cancelled: a condition, which its caller decides about, or a passing conflict.
fn cancellation(reasons: &[CancellationReason]) -> Result<Written, StoreError> {
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    if reasons.iter().any(failed) {
        let standing = reasons.iter().map(|reason| failed(reason).then(|| reason.item().cloned().unwrap_or_default()));
        return Ok(Written::Refused(standing.collect()));
    }
    let codes: Vec<&str> = reasons.iter().filter_map(CancellationReason::code).filter(|code| *code != "None").collect();
    match codes.first() {
        Some(&("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")) => {
            Err(StoreError::Busy(codes.join(", ")))
        }
        _ => Err(StoreError::Refused(codes.join(", "))),
    }
}

/// Sorts an SDK's error: passing, or refused. Never carries values of the request.
pub(super) fn refused<E, R>(error: &SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            StoreError::Busy("the table could not be reached".into())
        }
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("an unnamed error").to_owned();
            match code.as_str() {
                "ProvisionedThroughputExceededException"
                | "ThrottlingException"
                | "RequestLimitExceeded"
                | "LimitExceededException"
                | "InternalServerError"
                | "TransactionConflictException"
                | "ServiceUnavailable" => StoreError::Busy(code),
                _ => StoreError::Refused(code),
            }
        }
        _ => StoreError::Refused("the request could not be made".into()),
    }
}

/// Tries again while an attempt fails transiently, with jitter, for at most about two seconds.
pub(super) async fn retry_conflicts<T, F, Fut, E>(attempt: F) -> Result<T, E>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
    E: Transient,
{
    let schedule = ExponentialBuilder::default()
        .with_jitter()
        .with_factor(1.5)
        .with_min_delay(Duration::from_millis(8))
        .with_max_delay(Duration::from_millis(250))
        .with_max_times(12);
    attempt.retry(schedule).when(E::is_transient).await
}

/// An error that may pass.
pub(super) trait Transient {
    /// Whether trying again may help.
    fn is_transient(&self) -> bool;
}

impl Transient for StoreError {
    fn is_transient(&self) -> bool {
        Self::is_transient(self)
    }
}

/// The error for a write that lost against another one.
pub(super) fn lost() -> StoreError {
    StoreError::Busy("another write was faster".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(code: &str) -> CancellationReason {
        CancellationReason::builder().code(code).build()
    }

    #[test]
    fn conflicts_pass_and_other_refusals_do_not() {
        let conflict = cancellation(&[reason("None"), reason("TransactionConflict")]);
        assert!(matches!(conflict, Err(StoreError::Busy(_))));
        let invalid = cancellation(&[reason("ValidationError"), reason("None")]);
        assert!(matches!(invalid, Err(StoreError::Refused(_))));
        let Ok(Written::Refused(standing)) = cancellation(&[reason("None"), reason("ConditionalCheckFailed")]) else {
            panic!("a failed condition is its caller's to decide");
        };
        assert_eq!(standing, [None, Some(Item::new())]);
    }

    #[tokio::test(start_paused = true)]
    async fn conflicts_are_retried_and_bounded() {
        let mut tries = 0;
        let started = tokio::time::Instant::now();
        let outcome: Result<(), StoreError> = retry_conflicts(|| {
            tries += 1;
            async { Err(lost()) }
        })
        .await;
        assert!(matches!(outcome, Err(StoreError::Busy(_))));
        assert_eq!(tries, 13);
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    }
}
