//! GET /me/notifications: where the caller is told that there is news.

use domain::contact::{ContactOwner, ContactPreferences};
use lambda_http::Request;
use shared::http::response;

use crate::people::contact_view::ContactView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("get-notifications", "GET", "/me/notifications", |deps, request| Box::pin(handle(deps, request)))
        .with_topics();

/// Where the caller is told that there is news
///
/// Empty where nothing was given, and for administrators, who take no part in conversations.
#[utoipa::path(
    get, path = ROUTE.entry.path, tag = "Notifications",
    responses((status = 200, body = ContactView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.caller(&request).await?;
    let preferences = match ContactOwner::of(&caller) {
        Some(owner) => deps.table.contact(&owner).await?.value,
        None => ContactPreferences::default(),
    };
    let reachability = deps.subscriptions().reachability(&preferences).await?;
    Ok(response::ok(&ContactView::of(&preferences, reachability)))
}
