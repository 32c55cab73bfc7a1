//! Settings and questionnaires in the table. See docs/decisions/0012-questionnaire-versions.md.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::decision::ChangeError;
use super::items::{self, Item, Versioned};
use super::table::{Condition, Part, Query, Table, lost, retry_conflicts};
use super::{StoreError, schema};
use domain::catalogue::{Catalogue, CatalogueError, Draft};
use domain::ids::QuestionnaireId;
use domain::questionnaire::Questionnaire;
use domain::settings::Settings;

/// What every change of a questionnaire is conditional on, so that two of them never decide from the same catalogue.
#[derive(Serialize, Deserialize)]
struct CatalogueItem {
    version: u64,
}

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

    /// All questionnaires.
    pub async fn questionnaires(&self) -> Result<Catalogue, StoreError> {
        Ok(self.catalogue(false).await?.value)
    }

    /// A questionnaire as it is now, if it was not removed.
    pub async fn questionnaire(&self, id: QuestionnaireId) -> Result<Option<Questionnaire>, StoreError> {
        self.get(schema::questionnaire(id), false).await?.map(to_questionnaire).transpose()
    }

    /// A version of a questionnaire, even of one that was removed.
    pub async fn questionnaire_version(
        &self,
        id: QuestionnaireId,
        version: u32,
    ) -> Result<Option<Questionnaire>, StoreError> {
        self.get(schema::questionnaire_version(id, version), true).await?.map(to_questionnaire).transpose()
    }

    /// Stores what a draft makes of a questionnaire, with its new version. Repeating it changes nothing.
    pub async fn put_questionnaire<E: From<CatalogueError>>(
        &self,
        id: QuestionnaireId,
        draft: &Draft,
    ) -> Result<Questionnaire, ChangeError<E>> {
        retry_conflicts(|| async {
            let catalogue = self.catalogue(true).await?;
            let present = catalogue.value.get(id);
            let last_version = match present {
                Some(present) => present.version,
                None => self.last_version(id).await?,
            };
            let changed =
                catalogue.value.put(id, draft, last_version).map_err(|error| ChangeError::Rule(error.into()))?;
            let Some(changed) = changed.as_ref().or(present) else { return Err(lost().into()) };
            if present != Some(changed) {
                let version = items::item(schema::questionnaire_version(id, changed.version), None, changed)?;
                let parts = vec![
                    Part::Put(items::item(schema::questionnaire(id), None, changed)?, None),
                    Part::Put(version, Some(Condition::is_new())),
                ];
                self.change_catalogue(&catalogue, parts).await?;
            }
            Ok(changed.clone())
        })
        .await
    }

    /// Removes a questionnaire; its versions stay.
    pub async fn delete_questionnaire<E: From<CatalogueError>>(
        &self,
        id: QuestionnaireId,
    ) -> Result<(), ChangeError<E>> {
        retry_conflicts(|| async {
            let catalogue = self.catalogue(true).await?;
            catalogue.value.may_remove(id).map_err(|error| ChangeError::Rule(error.into()))?;
            Ok(self.change_catalogue(&catalogue, vec![Part::Delete(schema::questionnaire(id), None)]).await?)
        })
        .await
    }

    /// The catalogue's item comes first of the query: whoever changed what follows it has changed it too.
    async fn catalogue(&self, consistent: bool) -> Result<Versioned<Catalogue>, StoreError> {
        let values = vec![(":pk", schema::configuration()), (":prefix", schema::CATALOGUE.to_owned())];
        let query = Query { consistent, ..Query::new(schema::PARTITION_PREFIX, values) };
        let (mut version, mut questionnaires) = (0, Vec::new());
        for item in self.query_all(query).await? {
            if item.get("sk").and_then(|sk| sk.as_s().ok()).is_some_and(|sk| sk == schema::CATALOGUE) {
                version = items::body::<CatalogueItem>("catalogue", item)?.version;
            } else {
                questionnaires.push(to_questionnaire(item)?);
            }
        }
        Ok(Versioned { value: Catalogue::new(questionnaires), version })
    }

    async fn change_catalogue(&self, read: &Versioned<Catalogue>, mut parts: Vec<Part>) -> Result<(), StoreError> {
        let next = CatalogueItem { version: read.version + 1 };
        let item = items::item(schema::catalogue(), None, &next)?;
        parts.push(Part::Put(item, Some(read.unchanged())));
        self.store(parts, None).await
    }

    /// The number of a removed questionnaire's last version; 0 where there never was one.
    async fn last_version(&self, id: QuestionnaireId) -> Result<u32, StoreError> {
        let values = vec![(":pk", schema::questionnaire_versions(id))];
        let query = Query { forwards: false, consistent: true, ..Query::new(schema::PARTITION, values) };
        let last = self.query_page(query, 1).await?.items.pop().map(to_questionnaire).transpose()?;
        Ok(last.map_or(0, |last| last.version))
    }
}

fn to_questionnaire(item: Item) -> Result<Questionnaire, StoreError> {
    items::body("questionnaire", item)
}

/// Settings refuse unknown fields, because clients send them too.
fn without_keys(mut item: Item) -> Item {
    item.retain(|name: &String, _: &mut AttributeValue| name != "pk" && name != "sk");
    item
}
