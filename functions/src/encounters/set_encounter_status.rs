//! PUT /encounters/{encounterId}/status: finishes (archives and closes) or resumes; the stream carries it to the chat.

use domain::audit::{Action, Agent, AuditEvent, Entity};
use domain::encounter::{Encounter, EncounterStatus};
use domain::ids::EncounterId;
use lambda_http::Request;
use serde::Deserialize;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use shared::store::Decision;
use utoipa::ToSchema;

use crate::encounters::view::{EncounterStatusView, EncounterView};
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("set-encounter-status", "PUT", "/encounters/{encounterId}/status", |deps, request| {
        Box::pin(handle(deps, request))
    });

/// What the encounter shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EncounterStatusChange {
    /// In progress or finished.
    status: EncounterStatusView,
}

/// Finishes or resumes an encounter
///
/// Finishing archives it and closes its conversation. Repeating it changes nothing.
#[utoipa::path(
    put, path = ROUTE.entry.path, tag = "Encounters", request_body = EncounterStatusChange,
    params(("encounterId" = Uuid, Path, description = "The encounter.")),
    responses((status = 200, body = EncounterView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let id: EncounterId = request::path_id(&request, "encounterId")?;
    let change: EncounterStatusChange = request::json(&request)?;
    let status = change.status.into();
    let (person, now, agent) = (caller.person(), deps.clock.now(), deps.agent(&request, &caller));
    let decide = |encounter: &Encounter| {
        encounter.must_be_visible_to(&caller)?;
        let change = encounter.set_status(status, person, now);
        let event = agent.as_ref().map(|agent| event(agent, encounter, change.as_ref().map(|_| status)));
        Ok::<_, ApiError>(Decision { change, event })
    };
    let encounter = deps.table.change_encounter(id, decide).await?;
    let added = deps.table.chart_items(&encounter).await?;
    Ok(response::ok(&EncounterView::of(&encounter, &added)))
}

/// Staff changed the status, or only saw it.
fn event(agent: &Agent, encounter: &Encounter, changed_to: Option<EncounterStatus>) -> AuditEvent {
    let (patient, entity) = (encounter.patient_id, Entity::Encounter(encounter.id));
    match changed_to {
        Some(EncounterStatus::Finished) => agent.changed(patient, Action::FinishEncounter, entity),
        Some(EncounterStatus::InProgress) => agent.changed(patient, Action::ResumeEncounter, entity),
        None => agent.read(patient, Action::ReadEncounter, entity),
    }
}
