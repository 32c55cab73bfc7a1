//! PUT /me/notifications: replaces where the caller is told that there is news.

use domain::access::Denied;
use domain::contact::{Contact, ContactError, ContactOwner, Email, MobileNumber, TopicId, pool_name};
use lambda_http::Request;
use serde::Deserialize;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use utoipa::ToSchema;

use crate::people::contact_view::ContactView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("put-notifications", "PUT", "/me/notifications", |deps, request| Box::pin(handle(deps, request)))
        .with_topics();

/// Where someone wants to be told; what is left out or null is removed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    /// An email address, in ASCII. Its holder is asked to confirm it.
    #[schema(example = "ana@example.org", format = Email)]
    email: Option<String>,
    /// A mobile number in the form of E.164.
    #[schema(example = "+14155550100", pattern = r"^\+[1-9][0-9]{7,14}$")]
    sms: Option<String>,
    /// The pool that a clinician wants to be told for; the one that questions go to unless given.
    #[schema(example = "clinic", min_length = 1)]
    pool: Option<String>,
}

/// Replaces where the caller is told that there is news
///
/// Subscriptions are made and removed to match. Notices say that there is news and where to sign in, and nothing else.
#[utoipa::path(
    put, path = ROUTE.entry.path, tag = "Notifications", request_body = NewContact,
    responses((status = 200, body = ContactView), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.caller(&request).await?;
    let owner = ContactOwner::of(&caller).ok_or(Denied::Forbidden)?;
    let new: NewContact = request::json(&request)?;
    let contact = new.contact().map_err(ApiError::contact)?;
    let pool = pool(deps, &owner, new.pool.as_deref()).await?;
    let topic = TopicId(deps.clock.id());
    let stored = deps.subscriptions().replace(&owner, &contact, &pool, topic).await?;
    let reachability = deps.subscriptions().reachability(&stored).await?;
    Ok(response::ok(&ContactView::of(&stored, reachability)))
}

impl NewContact {
    fn contact(&self) -> Result<Contact, ContactError> {
        Ok(Contact {
            email: self.email.as_deref().map(Email::new).transpose()?,
            sms: self.sms.as_deref().map(MobileNumber::new).transpose()?,
        })
    }
}

/// The pool that a clinician is told for. Patients have none.
async fn pool(deps: &Deps, owner: &ContactOwner, asked: Option<&str>) -> Result<String, ApiError> {
    match (owner, asked) {
        (ContactOwner::Patient(..), None) => Ok(String::new()),
        (ContactOwner::Patient(..), Some(_)) => Err(ApiError::invalid("/pool", "is for clinicians")),
        (ContactOwner::Clinician(_), Some(pool)) => pool_name(pool).map_err(ApiError::contact),
        (ContactOwner::Clinician(_), None) => Ok(deps.settings().await?.tasking.pool),
    }
}
