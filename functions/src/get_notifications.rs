//! GET /me/notifications: where the caller is told that there is news.

use lambda_http::Request;
use shared::domain::contact::{ContactOwner, ContactPreferences};
use shared::http::response;
use shared::notifications;

use crate::contact_view::ContactView;
use crate::deps::Deps;
use crate::openapi::Refusals;
use crate::routes::Route;
use crate::serve::{self, Answer};

/// This function's route.
pub const ROUTE: Route = Route::new("get-notifications", "GET", "/me/notifications").with_topics();

/// Where the caller is told that there is news
///
/// Empty where nothing was given, and for administrators, who take no part in conversations.
#[utoipa::path(
    get, path = "/me/notifications", tag = "Notifications",
    responses((status = 200, body = ContactView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.caller(&request).await?;
    let preferences = match ContactOwner::of(&caller) {
        Some(owner) => deps.table.contact(&owner).await?.value,
        None => ContactPreferences::default(),
    };
    let reachability = notifications::reachability(&deps.topics, &preferences).await?;
    Ok(response::ok(&ContactView::of(&preferences, reachability)))
}

/// Runs the function.
pub fn run() {
    serve::run(ROUTE, |deps, request| Box::pin(handle(deps, request)));
}
