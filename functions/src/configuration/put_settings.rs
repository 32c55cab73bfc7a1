//! PUT /settings: replaces what holds for the whole deployment; for administrators.

use domain::settings::Settings;
use lambda_http::Request;
use shared::http::{request, response};

use crate::configuration::settings_view::SettingsView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("put-settings", "PUT", "/settings", |deps, request| Box::pin(handle(deps, request)));

/// Replaces the deployment's settings
///
/// Everywhere they hold within a minute.
#[utoipa::path(
    put, path = ROUTE.entry.path, tag = "Configuration",
    request_body(content = SettingsView, example = json!({
        "sendMessageLabel": "Send a message",
        "encounterType": "Results",
        "attachments": {"maxBytes": 10_485_760, "contentTypes": ["image/jpeg", "image/png"]},
        "tasking": {"enabled": true, "pool": "clinic"},
    })),
    responses((status = 200, body = SettingsView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    deps.caller(&request).await?.must_be_admin()?;
    let settings: SettingsView = request::json(&request)?;
    let settings = Settings::from(settings).checked()?;
    deps.table.put_settings(&settings).await?;
    Ok(response::ok(&SettingsView::from(settings)))
}
