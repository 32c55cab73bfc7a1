//! PUT /settings: replaces what holds for the whole deployment; for administrators.

use lambda_http::Request;
use shared::domain::settings::Settings;
use shared::http::{request, response};

use crate::deps::Deps;
use crate::openapi::Refusals;
use crate::routes::Route;
use crate::serve::{self, Answer};

/// This function's route.
pub const ROUTE: Route = Route::new("put-settings", "PUT", "/settings");

/// Replaces the deployment's settings
///
/// Everywhere they hold within a minute.
#[utoipa::path(
    put, path = "/settings", tag = "Configuration",
    request_body(content = Settings, example = json!({
        "sendMessageLabel": "Send a message",
        "encounterType": "Results",
        "attachments": {"maxBytes": 10_485_760, "contentTypes": ["image/jpeg", "image/png"]},
        "tasking": {"enabled": true, "pool": "clinic"},
    })),
    responses((status = 200, body = Settings), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    deps.caller(&request).await?.must_be_admin()?;
    let settings: Settings = request::json(&request)?;
    let settings = settings.checked()?;
    deps.table.put_settings(&settings).await?;
    Ok(response::ok(&settings))
}

/// Runs the function.
pub fn run() {
    serve::run(ROUTE, |deps, request| Box::pin(handle(deps, request)));
}
