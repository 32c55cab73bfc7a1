//! GET /settings: what an administrator decided for the whole deployment.

use lambda_http::Request;
use shared::http::response;

use crate::configuration::settings_view::SettingsView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("get-settings", "GET", "/settings", |deps, request| Box::pin(handle(deps, request)));

/// The deployment's settings
#[utoipa::path(get, path = ROUTE.entry.path, tag = "Configuration", responses((status = 200, body = SettingsView), Refusals))]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    deps.caller(&request).await?;
    Ok(response::ok(&SettingsView::from(deps.table.settings().await?)))
}
