//! An encounter as clients see it, with its orders and linked documents.

use domain::chart_item::{ChartContent, ChartItem};
use domain::encounter::{Encounter, EncounterStatus};
use jiff::Timestamp;
use serde::Serialize;
use shared::api_enum;
use shared::http::response::PersonView;
use utoipa::ToSchema;
use uuid::Uuid;

api_enum! {
    /// FHIR's status of an encounter, as far as this system uses it.
    #[serde(rename_all = "kebab-case")]
    #[schema(as = EncounterStatus)]
    pub enum EncounterStatusView of EncounterStatus {
        /// Its conversation is open.
        InProgress,
        /// Its conversation is closed; the encounter is archived.
        Finished,
    }
}

/// A period (FHIR R4 `Period`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Period)]
pub struct PeriodView {
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub start: Timestamp,
    /// When it ended, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub end: Option<Timestamp>,
}

/// A status that an encounter had or has, for how long, and who brought it there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StatusPeriod)]
pub struct StatusPeriodView {
    /// The status.
    pub status: EncounterStatusView,
    /// From when to when; without an end while it lasts.
    pub period: PeriodView,
    /// Who brought it there.
    pub changed_by: PersonView,
}

/// An order of an encounter.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Order)]
pub struct OrderView {
    /// Its id.
    pub id: Uuid,
    /// What is ordered.
    #[schema(example = "Potassium, fasting, within a week")]
    pub text: String,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Who added it.
    pub created_by: PersonView,
}

impl OrderView {
    /// An order, if that is what was added.
    pub fn of(item: &ChartItem) -> Option<Self> {
        let ChartContent::Order(text) = &item.content else { return None };
        let (text, created_by) = (text.clone(), PersonView::of(&item.created_by));
        Some(Self { id: item.id.uuid(), text, created_at: item.created_at, created_by })
    }
}

/// A document linked to an encounter.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Document)]
pub struct DocumentView {
    /// Its id.
    pub id: Uuid,
    /// Its title.
    #[schema(example = "Laboratory report")]
    pub title: String,
    /// Where it is.
    #[schema(example = "https://records.example.org/reports/42")]
    pub url: String,
    /// When it was linked.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Who linked it.
    pub created_by: PersonView,
}

impl DocumentView {
    /// A document, if that is what was added.
    pub fn of(item: &ChartItem) -> Option<Self> {
        let ChartContent::Document { title, url } = &item.content else { return None };
        let (title, url, created_by) = (title.clone(), url.clone(), PersonView::of(&item.created_by));
        Some(Self { id: item.id.uuid(), title, url, created_at: item.created_at, created_by })
    }
}

/// An encounter (FHIR R4 `Encounter`, class `VR`).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Encounter)]
pub struct EncounterView {
    /// Its id.
    pub id: Uuid,
    /// Whose chart it stands in.
    pub patient_id: Uuid,
    /// The conversation that it records.
    pub conversation_id: Uuid,
    /// Its type, as text.
    #[serde(rename = "type")]
    #[schema(example = "Results")]
    pub encounter_type: String,
    /// Its status.
    pub status: EncounterStatusView,
    /// Whether it is archived: finishing archives it, reopening takes it back out.
    pub archived: bool,
    /// From when to when.
    pub period: PeriodView,
    /// Every status it had, oldest first; the last one is the present one.
    pub status_history: Vec<StatusPeriodView>,
    /// Its orders.
    pub orders: Vec<OrderView>,
    /// The documents linked to it.
    pub documents: Vec<DocumentView>,
}

impl EncounterView {
    /// An encounter, with what was added to it, as clinicians see it.
    pub fn of(encounter: &Encounter, added: &[ChartItem]) -> Self {
        let changes = encounter.lock.changes();
        let ends = changes.iter().skip(1).map(|change| Some(change.changed_at)).chain([None]);
        let history = changes.iter().zip(ends).map(|(change, end)| StatusPeriodView {
            status: EncounterStatus::of(change.status()).into(),
            period: PeriodView { start: change.changed_at, end },
            changed_by: PersonView::of(&change.changed_by),
        });
        let finished = encounter.archived().then(|| encounter.lock.current().changed_at);
        Self {
            id: encounter.id.uuid(),
            patient_id: encounter.patient_id.uuid(),
            conversation_id: encounter.conversation_id.uuid(),
            encounter_type: encounter.encounter_type.clone(),
            status: encounter.status().into(),
            archived: encounter.archived(),
            period: PeriodView { start: encounter.created_at, end: finished },
            status_history: history.collect(),
            orders: added.iter().filter_map(OrderView::of).collect(),
            documents: added.iter().filter_map(DocumentView::of).collect(),
        }
    }
}
