//! Orders and linked documents in the table: items beside their encounter, so that it stays small whatever it has.

use serde::{Deserialize, Serialize};

use super::decision::{ChangeError, Decision};
use super::items::{self, Item, PersonItem};
use super::table::{Condition, Part, Query, Table, retry_conflicts};
use super::{StoreError, encounters, schema};
use domain::chart_item::{ChartContent, ChartCounts, ChartItem};
use domain::encounter::Encounter;
use domain::ids::{ChartItemId, EncounterId};

/// An order, which has a text, or a document, which has a title and a URL.
#[derive(Serialize, Deserialize)]
struct ChartItemItem {
    id: ChartItemId,
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    at: i64,
    by: PersonItem,
}

/// What became of an addition to an encounter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It is stored, now.
    Now,
    /// This was stored before under its id.
    Before(ChartItem),
}

impl Table {
    /// Adds an order or a document to an encounter exactly once. The rule gets what was stored before under the same
    /// id; without that, its change counts the new item in.
    pub async fn add_to_encounter<E>(
        &self,
        id: EncounterId,
        new: &ChartItem,
        decide: impl Fn(&Encounter, Option<&ChartItem>) -> Result<Decision<Encounter>, E>,
    ) -> Result<Added, ChangeError<E>> {
        retry_conflicts(|| async {
            let (read, stored) =
                futures::try_join!(self.encounter(id), self.get(schema::chart_item(id, new.id), true))?;
            let read = read.ok_or(ChangeError::Missing)?;
            let stored = stored.map(to_chart_item).transpose()?;
            let Decision { change, event } = decide(&read.value, stored.as_ref()).map_err(ChangeError::Rule)?;
            if let Some(stored) = stored {
                self.record_event(event.as_ref()).await?;
                return Ok(Added::Before(stored));
            }
            let mut parts = vec![Part::Put(from_chart_item(id, new)?, Some(Condition::is_new()))];
            parts.extend(change.map(|value| encounters::put(&read.with(value))).transpose()?);
            self.store(parts, event.as_ref()).await?;
            Ok(Added::Now)
        })
        .await
    }

    /// The orders and documents of an encounter, oldest first. Where it counts none, nothing is read.
    pub async fn chart_items(&self, encounter: &Encounter) -> Result<Vec<ChartItem>, StoreError> {
        if encounter.chart_counts == ChartCounts::default() {
            return Ok(Vec::new());
        }
        let prefix = schema::CHART_ITEM_PREFIX.to_owned();
        let values = vec![(":pk", schema::encounter(encounter.id).pk), (":prefix", prefix)];
        let query = Query { consistent: true, ..Query::new(schema::PARTITION_PREFIX, values) };
        let found = self.query_all(query).await?.into_iter().map(to_chart_item);
        let mut found = found.collect::<Result<Vec<_>, StoreError>>()?;
        found.sort_by_key(|item| (item.created_at, item.id));
        Ok(found)
    }
}

fn from_chart_item(encounter: EncounterId, new: &ChartItem) -> Result<Item, StoreError> {
    let (text, title, url) = match new.content.clone() {
        ChartContent::Order(text) => (Some(text), None, None),
        ChartContent::Document { title, url } => (None, Some(title), Some(url)),
    };
    let by = (&new.created_by).into();
    let body = ChartItemItem { id: new.id, text, title, url, at: items::millis(new.created_at), by };
    items::item(schema::chart_item(encounter, new.id), None, &body)
}

fn to_chart_item(item: Item) -> Result<ChartItem, StoreError> {
    let body: ChartItemItem = items::body("chart item", item)?;
    let content = match (body.text, body.title, body.url) {
        (Some(text), None, None) => ChartContent::Order(text),
        (None, Some(title), Some(url)) => ChartContent::Document { title, url },
        _ => return Err(items::corrupt("a chart item is neither an order nor a document")),
    };
    Ok(ChartItem { id: body.id, content, created_at: items::moment(body.at)?, created_by: body.by.into() })
}
