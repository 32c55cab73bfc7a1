//! Contact preferences and the subscriptions that belong to them: stored first, then brought about.
//!
//! The subscriptions of a topic are made equal to what the table holds for it, by whoever changed it. They are
//! listed before the table is read, so that a subscription which someone else is just making is never taken for
//! a stray: theirs was stored before. Whoever is overtaken by a newer change removes what they made; where a
//! function dies half-way, the next change repairs it. See docs/decisions/0010-notices.md.

use std::collections::HashSet;

use super::NotificationError;
use super::topics::{Protocol, Subscription, Topics, endpoints};
use crate::store::{Table, Versioned};
use domain::contact::{Channel, Contact, ContactOwner, ContactPreferences, TopicId};

/// How often someone who is overtaken looks again.
const ROUNDS: usize = 5;

/// Whether someone can be told at what they gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reachability {
    /// Whether the email is confirmed; SNS asked its holder to.
    pub email: bool,
    /// Whether the mobile number is; SNS takes it as it is.
    pub sms: bool,
}

/// Whether someone can be told at what they gave, as SNS has it.
pub async fn reachability(
    topics: &Topics,
    preferences: &ContactPreferences,
) -> Result<Reachability, NotificationError> {
    let Some(channel) = &preferences.channel else { return Ok(Reachability::default()) };
    let listed = topics.subscriptions(channel).await?.unwrap_or_default();
    let confirmed = |wanted: Protocol| {
        let endpoint =
            endpoints(&preferences.contact).find(|(protocol, _)| *protocol == wanted).map(|(_, endpoint)| endpoint);
        listed.iter().any(|own| own.protocol == wanted && Some(own.endpoint.as_str()) == endpoint && own.arn.is_some())
    };
    Ok(Reachability { email: confirmed(Protocol::Email), sms: confirmed(Protocol::Sms) })
}

/// Replaces someone's contact preferences, and makes and removes subscriptions to match. `pool` is a clinician's.
/// An address that SNS does not take leaves everything as it was.
pub async fn replace(
    table: &Table,
    topics: &Topics,
    owner: &ContactOwner,
    contact: &Contact,
    pool: &str,
    new_topic: TopicId,
) -> Result<ContactPreferences, NotificationError> {
    let wanted = |before: &ContactPreferences| match owner {
        ContactOwner::Patient(..) => before.of_patient(contact.clone(), new_topic),
        ContactOwner::Clinician(_) => ContactPreferences::of_clinician(contact.clone(), pool.to_owned()),
    };
    let (before, stored) = table.change_contact(owner, wanted).await?;
    match bring_about(table, topics, owner, &before, stored.clone()).await {
        Err(NotificationError::Address(refused)) => {
            // Only what was stored here is taken back; a newer change stays.
            let back = |now: &ContactPreferences| if *now == stored.value { before.clone() } else { now.clone() };
            let (_, restored) = table.change_contact(owner, back).await?;
            bring_about(table, topics, owner, &stored.value, restored).await?;
            Err(NotificationError::Address(refused))
        }
        Err(error) => Err(error),
        Ok(()) => Ok(stored.value),
    }
}

/// Brings subscriptions about, until nobody changed the preferences meanwhile.
async fn bring_about(
    table: &Table,
    topics: &Topics,
    owner: &ContactOwner,
    before: &ContactPreferences,
    stored: Versioned<ContactPreferences>,
) -> Result<(), NotificationError> {
    let mut former: Vec<Channel> = before.channel.clone().into_iter().collect();
    let mut now = stored;
    for _ in 0..ROUNDS {
        let outcome = move_over(table, topics, &former, &now.value).await;
        if matches!(outcome, Err(NotificationError::Address(_))) || table.contact_is_still(owner, &now).await? {
            return outcome;
        }
        // Overtaken, perhaps under way: whoever was faster may have removed the topic that this one was subscribing to.
        former.extend(now.value.channel.clone());
        now = table.contact(owner).await?;
    }
    Err(NotificationError::Busy("others keep changing the same preferences".into()))
}

/// Brings one change about. The new channel is entered before the former ones are left: an address that is refused must
/// find the former subscriptions in place.
async fn move_over(
    table: &Table,
    topics: &Topics,
    former: &[Channel],
    now: &ContactPreferences,
) -> Result<(), NotificationError> {
    if let Some(channel) = &now.channel {
        enter(table, topics, channel, &now.contact).await?;
    }
    for left in former.iter().filter(|left| Some(*left) != now.channel.as_ref()) {
        leave(table, topics, left).await?;
    }
    Ok(())
}

/// Subscribes what shall be told through a channel, and removes what shall not.
async fn enter(table: &Table, topics: &Topics, channel: &Channel, contact: &Contact) -> Result<(), NotificationError> {
    let listed = topics.subscriptions(channel).await?;
    if listed.is_none() {
        topics.create(channel).await?;
    }
    let listed = listed.unwrap_or_default();
    for (protocol, endpoint) in endpoints(contact) {
        if !listed.iter().any(|own| own.protocol == protocol && own.endpoint == endpoint) {
            topics.subscribe(channel, protocol, endpoint).await?;
        }
    }
    let others = match channel {
        Channel::Person(_) => Vec::new(),
        Channel::Pool(pool) => table.contacts_of_pool(pool).await?,
    };
    remove_strays(topics, &listed, others.iter().chain([contact])).await
}

/// Removes from a former channel what it shall not tell any more; a person's own goes altogether.
async fn leave(table: &Table, topics: &Topics, channel: &Channel) -> Result<(), NotificationError> {
    match channel {
        Channel::Person(_) => topics.delete(channel).await,
        Channel::Pool(pool) => {
            let listed = topics.subscriptions(channel).await?.unwrap_or_default();
            remove_strays(topics, &listed, table.contacts_of_pool(pool).await?.iter()).await
        }
    }
}

/// Removes subscriptions of nobody. One that is not confirmed can't be removed; SNS drops it after two days.
async fn remove_strays(
    topics: &Topics,
    listed: &[Subscription],
    contacts: impl Iterator<Item = &Contact>,
) -> Result<(), NotificationError> {
    let wanted: HashSet<(Protocol, &str)> = contacts.flat_map(endpoints).collect();
    for stray in listed.iter().filter(|own| !wanted.contains(&(own.protocol, own.endpoint.as_str()))) {
        if let Some(arn) = &stray.arn {
            topics.unsubscribe(arn).await?;
        }
    }
    Ok(())
}
