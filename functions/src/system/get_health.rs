//! GET /health: whether functions answer. Public; touches nothing.

use lambda_http::Request;
use serde::Serialize;
use shared::http::response;
use utoipa::ToSchema;

use crate::runtime::serve::{Answer, PublicHandler, Route};

/// This function's route.
pub const ROUTE: Route<PublicHandler> = Route::public("get-health", "GET", "/health", handle);

/// That functions answer, and which version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health)]
pub struct HealthView {
    /// Always `ok`: what can't answer says nothing.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// The version deployed.
    #[schema(example = "0.1.0")]
    pub version: &'static str,
}

/// Whether functions answer
#[utoipa::path(get, path = ROUTE.entry.path, tag = "System", security(()), responses((status = 200, body = HealthView)))]
pub fn handle(_request: &Request) -> Answer {
    Ok(response::ok(&HealthView { status: "ok", version: env!("CARGO_PKG_VERSION") }))
}
