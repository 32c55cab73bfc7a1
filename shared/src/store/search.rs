//! Search: the page of a patient's conversations that a query finds.

use std::collections::HashSet;

use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::conversations::ConversationPage;
use super::items;
use super::table::{Page, Query, Table};
use super::{StoreError, schema};
use domain::conversation::Conversation;
use domain::ids::ConversationId;
use domain::search::ConversationQuery;

/// So many heads are read one by one, for half a unit each. Where more are found, walking the list costs less: it
/// has one on every few places.
const ONE_BY_ONE: usize = 50;
/// How many of them are read side by side.
const SIDE_BY_SIDE: usize = 10;

impl Table {
    /// As [`Table::list_conversations`], but only those that a query finds, in the same order.
    ///
    /// The digests are read beside the beginning of the list. A few that are found are then read by their ids;
    /// else the list is walked until the page is full.
    pub async fn search_conversations(
        &self,
        query: &ConversationQuery,
        list: ConversationPage<'_>,
    ) -> Result<Page<Conversation>, StoreError> {
        let first = Query { limit: Some(list.limit), ..list.query() };
        let (found, first) = futures::try_join!(self.digests_that_match(list.patient, query), self.query(&first))?;
        if found.len() <= ONE_BY_ONE { self.pick(found, list).await } else { self.walk(found, list, first).await }
    }

    /// The heads that were found, read by their ids and brought into the list's order.
    async fn pick(
        &self,
        found: HashSet<ConversationId>,
        list: ConversationPage<'_>,
    ) -> Result<Page<Conversation>, StoreError> {
        let heads = stream::iter(found)
            .map(|id| async move { self.get(schema::head(id), false).await?.map(items::to_head).transpose() });
        let heads: Vec<Option<Conversation>> = heads.buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
        let shown = |head: &Conversation| {
            list.status.is_none_or(|status| head.status() == status) && (list.with_empty || head.last_message.is_some())
        };
        let places = heads.into_iter().flatten().filter(shown).map(|head| (schema::head_list(&head).lsk, head));
        let start = list.start.and_then(|start| start.get(schema::LIST_PLACE));
        let mut places: Vec<_> = places.filter(|(place, _)| start.is_none_or(|start| place < start)).collect();
        places.sort_by(|(one, _), (other, _)| other.cmp(one));
        let more = places.len() > list.limit;
        let items: Vec<Conversation> = places.into_iter().take(list.limit).map(|(_, head)| head).collect();
        let next = if more { items.last().map(schema::list_position) } else { None };
        Ok(Page { items, next })
    }

    /// Those that were found, met on the way down the list.
    async fn walk(
        &self,
        found: HashSet<ConversationId>,
        list: ConversationPage<'_>,
        mut page: Page<items::Item>,
    ) -> Result<Page<Conversation>, StoreError> {
        let mut items = Vec::new();
        loop {
            for item in page.items {
                let head = items::to_head(item)?;
                if found.contains(&head.id) {
                    items.push(head);
                }
                if items.len() == list.limit {
                    let next = items.last().map(schema::list_position);
                    return Ok(Page { items, next });
                }
            }
            let Some(next) = page.next else { return Ok(Page { items, next: None }) };
            let rest = Query { limit: Some(list.limit * 4), start: Some(&next), ..list.query() };
            page = self.query(&rest).await?;
        }
    }
}
