//! Contact preferences as their owner sees them.

use domain::contact::{Channel, ContactPreferences};
use serde::Serialize;
use shared::notifications::Reachability;
use utoipa::ToSchema;

/// Whether someone can be told at what they gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContactStatus {
    /// Not confirmed (yet, or any more): nothing is sent there. Giving it again asks its holder to confirm it again.
    Pending,
    /// Notices are sent there.
    Confirmed,
}

/// Where someone is told that there is news.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ContactPreferences)]
pub struct ContactView {
    /// Their email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ana@example.org")]
    pub email: Option<String>,
    /// Whether its holder has confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_status: Option<ContactStatus>,
    /// Their mobile number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+14155550100")]
    pub sms: Option<String>,
    /// Whether SMS are sent there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_status: Option<ContactStatus>,
    /// The pool that a clinician is told for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "clinic")]
    pub pool: Option<String>,
}

impl ContactView {
    /// Preferences as their owner sees them.
    pub fn of(preferences: &ContactPreferences, reachability: Reachability) -> Self {
        let ContactPreferences { contact, channel } = preferences;
        let status = |confirmed: bool| if confirmed { ContactStatus::Confirmed } else { ContactStatus::Pending };
        Self {
            email: contact.email.as_ref().map(|email| email.as_str().to_owned()),
            email_status: contact.email.as_ref().map(|_| status(reachability.email)),
            sms: contact.sms.as_ref().map(|number| number.as_str().to_owned()),
            sms_status: contact.sms.as_ref().map(|_| status(reachability.sms)),
            pool: match channel {
                Some(Channel::Pool(pool)) => Some(pool.clone()),
                Some(Channel::Person(_)) | None => None,
            },
        }
    }
}
