//! GET /me: who is signed in.

use lambda_http::Request;
use serde::Serialize;
use shared::http::response::{self, RoleView};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> = Route::new("get-me", "GET", "/me", |deps, request| Box::pin(handle(deps, request)));

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Me)]
pub struct MeView {
    /// Their id at the issuer.
    #[schema(example = "patient-a")]
    pub user_id: String,
    /// Their role.
    pub role: RoleView,
    /// A patient's record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_id: Option<Uuid>,
    /// Their name.
    #[schema(example = "Ana Patient")]
    pub name: String,
}

/// Who is signed in
#[utoipa::path(get, path = ROUTE.entry.path, tag = "People", responses((status = 200, body = MeView), Refusals))]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.caller(&request).await?;
    let person = caller.person();
    Ok(response::ok(&MeView {
        user_id: person.user_id.to_string(),
        role: person.role.into(),
        patient_id: caller.patient_id().map(|id| id.uuid()),
        name: person.name.clone(),
    }))
}
