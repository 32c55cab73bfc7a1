//! GET /settings: what an administrator decided for the whole deployment.

use lambda_http::Request;
use shared::domain::settings::Settings;
use shared::http::response;

use crate::deps::Deps;
use crate::openapi::Refusals;
use crate::routes::Route;
use crate::serve::{self, Answer};

/// This function's route.
pub const ROUTE: Route = Route::new("get-settings", "GET", "/settings");

/// The deployment's settings
#[utoipa::path(get, path = "/settings", tag = "Configuration", responses((status = 200, body = Settings), Refusals))]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    deps.caller(&request).await?;
    Ok(response::ok(&deps.table.settings().await?))
}

/// Runs the function.
pub fn run() {
    serve::run(ROUTE, |deps, request| Box::pin(handle(deps, request)));
}
