//! Contact preferences: stores a user's preferences, then syncs the SNS subscriptions with them.
//!
//! Each change syncs the subscriptions of its topics with the preferences in the table. Two changes may run at the same
//! time, so:
//! - Preferences are stored before subscribing, and subscriptions are listed before preferences are read. So a
//!   subscription that another function is creating always has stored preferences and is not removed as orphaned.
//! - After syncing, a function checks for a newer change and syncs again.
//! - If a function stops halfway, the user's next change repairs the subscriptions.
//!
//! See docs/decisions/0010-notifications.md.

use std::collections::HashSet;

use super::error::NotificationError;
use super::topics::{Protocol, Subscription, Topics, endpoints};
use crate::store::{Table, Versioned};
use domain::contact::{Channel, Contact, ContactOwner, ContactPreferences, TopicId};

/// How often a function syncs again because of newer changes.
const MAX_ATTEMPTS: usize = 5;

/// Which of a user's subscriptions are confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reachability {
    /// The email address; SNS sends it a confirmation request.
    pub email: bool,
    /// The mobile number; SNS needs no confirmation for it.
    pub sms: bool,
}

/// Contact preferences in the table, with their subscriptions in SNS.
#[derive(Debug, Clone, Copy)]
pub struct Subscriptions<'a> {
    /// The table.
    pub table: &'a Table,
    /// The topics.
    pub topics: &'a Topics,
}

impl Subscriptions<'_> {
    /// Looks up which of a user's subscriptions are confirmed.
    pub async fn reachability(&self, preferences: &ContactPreferences) -> Result<Reachability, NotificationError> {
        let Some(channel) = &preferences.channel else { return Ok(Reachability::default()) };
        let listed = self.topics.subscriptions(channel).await?.unwrap_or_default();
        let confirmed = |wanted: Protocol| {
            let endpoint =
                endpoints(&preferences.contact).find(|(protocol, _)| *protocol == wanted).map(|(_, endpoint)| endpoint);
            listed
                .iter()
                .any(|own| own.protocol == wanted && Some(own.endpoint.as_str()) == endpoint && own.arn.is_some())
        };
        Ok(Reachability { email: confirmed(Protocol::Email), sms: confirmed(Protocol::Sms) })
    }

    /// Replaces a user's contact preferences and syncs their subscriptions. `pool` is used for clinicians only. If SNS
    /// rejects an address, the old preferences are restored.
    pub async fn replace(
        &self,
        owner: &ContactOwner,
        contact: &Contact,
        pool: &str,
        new_topic: TopicId,
    ) -> Result<ContactPreferences, NotificationError> {
        let wanted = |before: &ContactPreferences| match owner {
            ContactOwner::Patient(..) => before.of_patient(contact.clone(), new_topic),
            ContactOwner::Clinician(_) => ContactPreferences::of_clinician(contact.clone(), pool.to_owned()),
        };
        let (before, stored) = self.table.change_contact(owner, wanted).await?;
        match self.sync(owner, &before, stored.clone()).await {
            Err(NotificationError::Address(rejected)) => {
                // A newer change by another function is kept.
                let restore = |current: &ContactPreferences| {
                    if *current == stored.value { before.clone() } else { current.clone() }
                };
                let (_, restored) = self.table.change_contact(owner, restore).await?;
                self.sync(owner, &stored.value, restored).await?;
                Err(NotificationError::Address(rejected))
            }
            Err(error) => Err(error),
            Ok(()) => Ok(stored.value),
        }
    }

    /// Syncs the subscriptions with the preferences, again while other functions change the preferences.
    async fn sync(
        &self,
        owner: &ContactOwner,
        before: &ContactPreferences,
        stored: Versioned<ContactPreferences>,
    ) -> Result<(), NotificationError> {
        let mut old: Vec<Channel> = before.channel.clone().into_iter().collect();
        let mut current = stored;
        for _ in 0..MAX_ATTEMPTS {
            let outcome = self.switch(&old, &current.value).await;
            if matches!(outcome, Err(NotificationError::Address(_)))
                || self.table.contact_is_still(owner, &current).await?
            {
                return outcome;
            }
            // Another function changed the preferences and may have deleted the topic of this subscription: ignore the
            // outcome and sync with the newer preferences.
            old.extend(current.value.channel.clone());
            current = self.table.contact(owner).await?;
        }
        Err(NotificationError::Busy("the preferences are changed too often".into()))
    }

    /// Subscribes to the new channel, then unsubscribes from the old ones. In this order, a rejected address leaves the old
    /// subscriptions in place.
    async fn switch(&self, old: &[Channel], new: &ContactPreferences) -> Result<(), NotificationError> {
        if let Some(channel) = &new.channel {
            self.subscribe(channel, &new.contact).await?;
        }
        for channel in old.iter().filter(|channel| Some(*channel) != new.channel.as_ref()) {
            self.unsubscribe(channel).await?;
        }
        Ok(())
    }

    /// Subscribes a contact to a channel, creates its topic if needed, and removes orphaned subscriptions.
    async fn subscribe(&self, channel: &Channel, contact: &Contact) -> Result<(), NotificationError> {
        let listed = self.topics.subscriptions(channel).await?;
        if listed.is_none() {
            self.topics.create(channel).await?;
        }
        let listed = listed.unwrap_or_default();
        for (protocol, endpoint) in endpoints(contact) {
            if !listed.iter().any(|own| own.protocol == protocol && own.endpoint == endpoint) {
                self.topics.subscribe(channel, protocol, endpoint).await?;
            }
        }
        let others = match channel {
            Channel::Person(_) => Vec::new(),
            Channel::Pool(pool) => self.table.contacts_of_pool(pool).await?,
        };
        self.remove_orphans(&listed, others.iter().chain([contact])).await
    }

    /// Removes a user's subscriptions from a channel: deletes the topic of a user, or the subscriptions from a pool's topic.
    async fn unsubscribe(&self, channel: &Channel) -> Result<(), NotificationError> {
        match channel {
            Channel::Person(_) => self.topics.delete(channel).await,
            Channel::Pool(pool) => {
                let listed = self.topics.subscriptions(channel).await?.unwrap_or_default();
                self.remove_orphans(&listed, self.table.contacts_of_pool(pool).await?.iter()).await
            }
        }
    }

    /// Removes subscriptions that belong to none of the contacts. Unconfirmed ones can't be removed; SNS deletes them after
    /// two days.
    async fn remove_orphans(
        &self,
        listed: &[Subscription],
        contacts: impl Iterator<Item = &Contact>,
    ) -> Result<(), NotificationError> {
        let wanted: HashSet<(Protocol, &str)> = contacts.flat_map(endpoints).collect();
        for orphan in listed.iter().filter(|own| !wanted.contains(&(own.protocol, own.endpoint.as_str()))) {
            if let Some(arn) = &orphan.arn {
                self.topics.unsubscribe(arn).await?;
            }
        }
        Ok(())
    }
}
