//! What adding an order and linking a document have in common: something is added to an encounter, once.

use domain::audit::{Action, Agent, AuditEvent, Entity};
use domain::chart_item::{ChartContent, ChartItem};
use domain::encounter::Encounter;
use domain::ids::{ChartItemId, EncounterId};
use domain::person::Caller;
use lambda_http::Request;
use serde::Serialize;
use shared::http::problem::ApiError;
use shared::http::response;
use shared::store::{Added, Decision};

use crate::runtime::deps::Deps;
use crate::runtime::serve::Answer;

/// Whether it is new, and what is stored.
pub type Stored = (bool, ChartItem);

/// What the caller adds, under the client's id or a new one.
pub fn item(deps: &Deps, caller: &Caller, id: Option<&str>, content: ChartContent) -> Result<ChartItem, ApiError> {
    let id = id.map(ChartItemId::from_outside).transpose().map_err(|error| ApiError::invalid("/id", error))?;
    let id = id.unwrap_or_else(|| ChartItemId::new(deps.clock.id()));
    Ok(ChartItem { id, content, created_at: deps.clock.now(), created_by: caller.person().clone() })
}

/// Adds it, with its audit event; the same again is answered with what is stored.
pub async fn add(
    deps: &Deps,
    request: &Request,
    caller: &Caller,
    id: EncounterId,
    item: &ChartItem,
) -> Result<Stored, ApiError> {
    let agent = deps.agent(request, caller);
    let decide = |encounter: &Encounter, stored: Option<&ChartItem>| {
        encounter.must_be_visible_to(caller)?;
        let change = if stored.is_none() { Some(encounter.add(&item.content)?) } else { None };
        let event = agent.as_ref().map(|agent| event(agent, encounter, change.as_ref().map(|_| item)));
        Ok::<_, ApiError>(Decision { change, event })
    };
    match deps.table.add_to_encounter(id, item, decide).await? {
        Added::Now => Ok((true, item.clone())),
        Added::Before(stored) => {
            let same = stored.content == item.content && stored.created_by.user_id == item.created_by.user_id;
            if same { Ok((false, stored)) } else { Err(ApiError::IdReused) }
        }
    }
}

/// Staff added something, or saw what was stored before.
fn event(agent: &Agent, encounter: &Encounter, added: Option<&ChartItem>) -> AuditEvent {
    let (patient, entity) = (encounter.patient_id, Entity::Encounter(encounter.id));
    match added.map(|item| &item.content) {
        Some(ChartContent::Order(_)) => agent.changed(patient, Action::CreateOrder, entity),
        Some(ChartContent::Document { .. }) => agent.changed(patient, Action::LinkDocument, entity),
        None => agent.read(patient, Action::ReadEncounter, entity),
    }
}

/// 201 with what was added, or 200 where it was stored before.
pub fn answer<V: Serialize>(id: EncounterId, (new, item): &Stored, view: fn(&ChartItem) -> Option<V>) -> Answer {
    let shown = view(item).ok_or(ApiError::IdReused)?;
    let location = format!("/encounters/{id}");
    Ok(if *new { response::created(&location, &shown) } else { response::ok(&shown) })
}
