//! Settings and questionnaires in the table's configuration partition.

use aws_sdk_dynamodb::types::AttributeValue;

use super::items;
use super::table::{Query, Table};
use super::{StoreError, schema};
use crate::domain::ids::QuestionnaireId;
use crate::domain::questionnaire::Questionnaire;
use crate::domain::settings::Settings;

/// The order in which a questionnaire is shown among the others.
const POSITION: &str = "position";

impl Table {
    /// The settings; the defaults where none were stored.
    pub async fn settings(&self) -> Result<Settings, StoreError> {
        let item = self.get(schema::settings(), false).await?;
        let settings = item.map(|item| items::body("settings", without_keys(item))).transpose()?;
        Ok(settings.unwrap_or_default())
    }

    /// Replaces the settings.
    pub async fn put_settings(&self, settings: &Settings) -> Result<(), StoreError> {
        self.put(items::item(schema::settings(), None, settings)?, None).await?;
        Ok(())
    }

    /// All questionnaires, in the order in which they are shown.
    pub async fn questionnaires(&self) -> Result<Vec<Questionnaire>, StoreError> {
        let prefix = schema::QUESTIONNAIRE_PREFIX.to_owned();
        let values = vec![(":pk", schema::configuration()), (":prefix", prefix)];
        let mut found = self.query_all(Query::new(schema::PARTITION_PREFIX, values)).await?;
        found.sort_by_key(position);
        found.into_iter().map(|item| items::body("questionnaire", without_keys(item))).collect()
    }

    /// A questionnaire.
    pub async fn questionnaire(&self, id: QuestionnaireId) -> Result<Option<Questionnaire>, StoreError> {
        let item = self.get(schema::questionnaire(id), false).await?;
        item.map(|item| items::body("questionnaire", without_keys(item))).transpose()
    }

    /// Stores a questionnaire at its place among the others.
    pub async fn put_questionnaire(&self, questionnaire: &Questionnaire, position: u32) -> Result<(), StoreError> {
        let mut item = items::item(schema::questionnaire(questionnaire.id), None, questionnaire)?;
        item.insert(POSITION.into(), AttributeValue::N(position.to_string()));
        self.put(item, None).await?;
        Ok(())
    }
}

fn position(item: &items::Item) -> u32 {
    item.get(POSITION).and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok()).unwrap_or(u32::MAX)
}

/// These types refuse unknown fields, because clients send them too.
fn without_keys(mut item: items::Item) -> items::Item {
    for key in ["pk", "sk", POSITION] {
        item.remove(key);
    }
    item
}
