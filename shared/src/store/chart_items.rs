//! Orders and linked documents in the table: items beside their encounter, so that it stays small whatever it has.

use serde::{Deserialize, Serialize};

use super::items::{self, Item, PersonItem};
use super::table::{Condition, Part, Query, Table, Written, lost, retry_conflicts};
use super::{SendError, StoreError, schema};
use domain::audit::AuditEvent;
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

/// What adding something to an encounter came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It is stored, now.
    Now,
    /// This was stored before under its id.
    Before(ChartItem),
}

impl Table {
    /// Adds something to an encounter exactly once. `find` refuses an encounter that does not exist or that the caller
    /// must not see; `add` counts it in, or refuses, and is asked again when someone else was faster.
    ///
    /// `event` makes staff's audit event, for the change or, where it was stored before, for the reading.
    pub async fn add_to_encounter<E>(
        &self,
        id: EncounterId,
        new: &ChartItem,
        find: impl Fn(Option<Encounter>) -> Result<Encounter, E>,
        add: impl Fn(&Encounter) -> Result<Encounter, E>,
        event: impl Fn(&Encounter, bool) -> Option<AuditEvent>,
    ) -> Result<Added, SendError<E>> {
        retry_conflicts(|| async {
            let (read, stored) =
                futures::try_join!(self.encounter(id), self.get(schema::chart_item(id, new.id), true))?;
            let version = read.as_ref().map_or(0, |read| read.version);
            let encounter = find(read.map(|read| read.value)).map_err(SendError::Rule)?;
            if let Some(stored) = stored {
                let stored = to_chart_item(stored)?;
                self.record_event(event(&encounter, false).as_ref()).await?;
                return Ok(Added::Before(stored));
            }
            let value = add(&encounter).map_err(SendError::Rule)?;
            let changed = items::from_encounter(&items::Versioned { value, version })?;
            let mut parts = vec![
                Part::Put(from_chart_item(id, new)?, Some(Condition::is_new())),
                Part::Put(changed, Some(Condition::version(version))),
            ];
            if let Some(event) = event(&encounter, true) {
                parts.push(self.event_part(&event)?);
            }
            match self.transact(parts).await? {
                Written::Stored => Ok(Added::Now),
                Written::Refused(_) => Err(lost().into()),
            }
        })
        .await
    }

    /// Everything that was added to an encounter, oldest first. One that has nothing costs nothing.
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
