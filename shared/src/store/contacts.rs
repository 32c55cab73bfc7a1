//! Contact preferences in the table.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::items::{self, Item, Versioned};
use super::table::{Condition, Part, Query, Table, Written, lost, retry_conflicts};
use super::{StoreError, schema};
use domain::contact::{Channel, Contact, ContactOwner, ContactPreferences, Email, MobileNumber, TopicId};
use domain::ids::{PatientId, UserId};

#[derive(Default, Serialize, Deserialize)]
struct ContactItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sms: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pool: Option<String>,
    version: u64,
}

impl Table {
    /// Someone's contact preferences, as they stand now; empty ones where none were stored.
    pub async fn contact(&self, owner: &ContactOwner) -> Result<Versioned<ContactPreferences>, StoreError> {
        let item = self.get(schema::contact(owner), true).await?;
        Ok(item.map(to_preferences).transpose()?.unwrap_or_else(|| Versioned::new(ContactPreferences::default())))
    }

    /// Replaces someone's contact preferences by what `change` makes of them; asked again when someone else
    /// was faster. Gives those before and those after.
    pub async fn change_contact(
        &self,
        owner: &ContactOwner,
        change: impl Fn(&ContactPreferences) -> ContactPreferences,
    ) -> Result<(ContactPreferences, Versioned<ContactPreferences>), StoreError> {
        retry_conflicts(|| async {
            let before = self.contact(owner).await?;
            let after = change(&before.value);
            if after == before.value {
                return Ok((before.value.clone(), before));
            }
            match self.transact(changed_parts(owner, &before, &after)?).await? {
                Written::Stored => Ok((before.value, Versioned { value: after, version: before.version + 1 })),
                Written::Refused(_) => Err(lost()),
            }
        })
        .await
    }

    /// Whether someone's contact preferences are still those that were stored.
    pub async fn contact_is_still(
        &self,
        owner: &ContactOwner,
        stored: &Versioned<ContactPreferences>,
    ) -> Result<bool, StoreError> {
        Ok(self.contact(owner).await? == *stored)
    }

    /// Who is told of a patient's news, and through which topic.
    pub async fn recipients_of_patient(&self, patient: PatientId) -> Result<Vec<(UserId, Channel)>, StoreError> {
        let values = vec![(":pk", schema::contacts_of_patient(patient))];
        let query = Query { consistent: true, ..Query::new(schema::PARTITION, values) };
        let mut recipients = Vec::new();
        for item in self.query_all(query).await? {
            let user = item.get("sk").and_then(|sk| sk.as_s().ok()).and_then(|sk| UserId::new(sk));
            let user = user.ok_or_else(|| StoreError::Corrupt("a contact names no user".into()))?;
            if let Some(channel) = to_preferences(item)?.value.channel {
                recipients.push((user, channel));
            }
        }
        Ok(recipients)
    }

    /// Everybody who is told what a pool is told.
    pub async fn contacts_of_pool(&self, pool: &str) -> Result<Vec<Contact>, StoreError> {
        let values = vec![(":pk", schema::contacts_of_pool(pool))];
        let query = Query { consistent: true, ..Query::new(schema::PARTITION, values) };
        let members = self.query_all(query).await?;
        members.into_iter().map(|item| Ok(to_preferences(item)?.value.contact)).collect()
    }
}

/// The preferences themselves, and a clinician's place in their pool, which moves with them.
fn changed_parts(
    owner: &ContactOwner,
    before: &Versioned<ContactPreferences>,
    after: &ContactPreferences,
) -> Result<Vec<Part>, StoreError> {
    let version = before.version + 1;
    let stored = items::item(schema::contact(owner), None, &from_preferences(after, version))?;
    let mut parts = vec![Part::Put(stored, Some(Condition::version(before.version)))];
    if let ContactOwner::Clinician(user) = owner {
        if let Some(Channel::Pool(former)) = &before.value.channel
            && before.value.channel != after.channel
        {
            parts.push(Part::Delete(schema::contact_in_pool(former, user), None));
        }
        if let Some(Channel::Pool(pool)) = &after.channel {
            let member = from_preferences(after, version);
            parts.push(Part::Put(items::item(schema::contact_in_pool(pool, user), None, &member)?, None));
        }
    }
    Ok(parts)
}

fn from_preferences(preferences: &ContactPreferences, version: u64) -> ContactItem {
    let (topic, pool) = match &preferences.channel {
        Some(Channel::Person(topic)) => (Some(topic.0), None),
        Some(Channel::Pool(pool)) => (None, Some(pool.clone())),
        None => (None, None),
    };
    let contact = &preferences.contact;
    ContactItem {
        email: contact.email.as_ref().map(|email| email.as_str().to_owned()),
        sms: contact.sms.as_ref().map(|number| number.as_str().to_owned()),
        topic,
        pool,
        version,
    }
}

fn to_preferences(item: Item) -> Result<Versioned<ContactPreferences>, StoreError> {
    let body: ContactItem = items::body("contact", item)?;
    let broken = |_| StoreError::Corrupt("a contact can't be read".into());
    let contact = Contact {
        email: body.email.as_deref().map(Email::new).transpose().map_err(broken)?,
        sms: body.sms.as_deref().map(MobileNumber::new).transpose().map_err(broken)?,
    };
    let channel = body.topic.map(|topic| Channel::Person(TopicId(topic))).or(body.pool.map(Channel::Pool));
    Ok(Versioned { value: ContactPreferences { contact, channel }, version: body.version })
}
