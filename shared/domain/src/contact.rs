//! Contact preferences: the email address and mobile number that a user wants to be notified at.

use email_address::{EmailAddress, Options};

use crate::ids::{PatientId, UserId};
use crate::person::Caller;
use crate::text::Title;

/// Why a contact preference is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// Not an email address that mail can be sent to.
    #[error("is not an email address like ana@example.org, in ASCII")]
    Email,
    /// Not a phone number in E.164 format.
    #[error("is not a mobile number like +14155550100: + and 8 to 15 digits (E.164)")]
    MobileNumber,
    /// Not the name of a pool.
    #[error("is not a pool's name of 1 to 64 characters on one line")]
    Pool,
}

/// An email address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(String);

impl Email {
    /// The maximum length of an address: that of a path in RFC 5321.
    pub const MAX_LENGTH: usize = 254;

    /// Validates an address. Forms that mail services don't deliver to are rejected: display names, address literals,
    /// domains without a dot, and non-ASCII characters (they need SMTPUTF8).
    pub fn new(text: &str) -> Result<Self, ContactError> {
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        let plain = text.is_ascii() && text.len() <= Self::MAX_LENGTH && !text.contains(['"', ' ']);
        let parsed = plain.then(|| EmailAddress::parse_with_options(text, options).ok()).flatten();
        parsed.map(|address| Self(address.as_str().to_owned())).ok_or(ContactError::Email)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A mobile number in E.164 format.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MobileNumber(String);

impl MobileNumber {
    /// Validates a number: a plus sign, then 8 to 15 digits that don't start with 0.
    pub fn new(text: &str) -> Result<Self, ContactError> {
        let digits = text.strip_prefix('+').unwrap_or_default();
        let fits = (8..=15).contains(&digits.len()) && !digits.starts_with('0');
        let fits = fits && digits.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(ContactError::MobileNumber) }
    }

    /// The number, with its plus sign.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Validates the name of a pool that a clinician wants notifications for.
pub fn pool_name(text: &str) -> Result<String, ContactError> {
    let name = Title::new(text).map_err(|_| ContactError::Pool)?;
    if name.as_str().chars().count() > 64 {
        return Err(ContactError::Pool);
    }
    Ok(name.as_str().to_owned())
}

/// Where a user is notified (FHIR's `ContactPoint`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// The email address, if they want emails.
    pub email: Option<Email>,
    /// The mobile number, if they want text messages.
    pub sms: Option<MobileNumber>,
}

impl Contact {
    /// Whether the user wants no notifications.
    pub const fn is_empty(&self) -> bool {
        self.email.is_none() && self.sms.is_none()
    }
}

/// The user that contact preferences belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactOwner {
    /// A user who signs in for a patient. There may be several, each with their own read cursor and notifications.
    Patient(PatientId, UserId),
    /// A clinician, who gets the notifications of their pool.
    Clinician(UserId),
}

impl ContactOwner {
    /// The owner of the caller's own preferences; administrators have none.
    pub fn of(caller: &Caller) -> Option<Self> {
        match caller {
            Caller::Patient { person, patient_id } => Some(Self::Patient(*patient_id, person.user_id.clone())),
            Caller::Clinician(person) => Some(Self::Clinician(person.user_id.clone())),
            Caller::Admin(_) => None,
        }
    }
}

/// The id of one user's SNS topic. It is random: topic names must contain no personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TopicId(pub uuid::Uuid);

/// The SNS topic that notifications are published to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The topic of one user.
    Person(TopicId),
    /// The topic of a pool of clinicians, by the pool's name.
    Pool(String),
}

/// A user's contact preferences.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactPreferences {
    /// Where the user is notified.
    pub contact: Contact,
    /// The topic they are subscribed to; none if they want no notifications.
    pub channel: Option<Channel>,
}

impl ContactPreferences {
    /// A patient's preferences, changed to `contact`. A changed email address gets a new topic: SNS can't remove an
    /// unconfirmed subscription, and the owner of the old address must not confirm it later.
    #[must_use]
    pub fn of_patient(&self, contact: Contact, new_topic: TopicId) -> Self {
        let kept = self.channel.clone().filter(|_| self.contact.email == contact.email);
        let channel = (!contact.is_empty()).then(|| kept.unwrap_or(Channel::Person(new_topic)));
        Self { contact, channel }
    }

    /// A clinician's preferences: notified at `contact` about a pool.
    #[must_use]
    pub fn of_clinician(contact: Contact, pool: String) -> Self {
        let channel = (!contact.is_empty()).then_some(Channel::Pool(pool));
        Self { contact, channel }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contact(email: Option<&str>, sms: Option<&str>) -> Contact {
        let email = email.map(|text| Email::new(text).unwrap());
        Contact { email, sms: sms.map(|text| MobileNumber::new(text).unwrap()) }
    }

    #[test]
    fn email_addresses_are_validated() {
        for good in ["ana@example.org", "a.b+c@mail.example.co.uk", "o'hara@example.org", "a@xn--bcher-kva.example"] {
            assert_eq!(Email::new(good).unwrap().as_str(), good);
        }
        let long = format!("{}@example.org", "a".repeat(65));
        let longer = format!("ana@{}.org", "a.".repeat(130));
        for bad in [
            "",
            " ",
            "ana",
            "ana@",
            "@example.org",
            "ana@example",
            "ana@example..org",
            "a na@example.org",
            "ana@@example.org",
            "Ana <ana@example.org>",
            "ana@[127.0.0.1]",
            "\"ana b\"@example.org",
            "ana@example.org\n",
            " ana@example.org",
            "anä@example.org",
            "ana@bücher.example",
            "ana@example.org,ben@example.org",
            &long,
            &longer,
        ] {
            assert_eq!(Email::new(bad), Err(ContactError::Email), "{bad:?}");
        }
    }

    #[test]
    fn mobile_numbers_are_in_e164_format() {
        for good in ["+14155550100", "+4930123456", "+12345678", "+123456789012345"] {
            assert_eq!(MobileNumber::new(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "+",
            "14155550100",
            "+04155550100",
            "+1234567",
            "+1234567890123456",
            "+1 415 555 0100",
            "+1415555o100",
            "++14155550100",
            "+١٤١٥٥٥٥٠١٠٠",
        ] {
            assert_eq!(MobileNumber::new(bad), Err(ContactError::MobileNumber), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_accepted_unchanged_or_rejected(text in any::<String>()) {
            prop_assert!(Email::new(&text).map_or(true, |email| email.as_str() == text && text.contains('@')));
            prop_assert!(MobileNumber::new(&text).map_or(true, |number| number.as_str() == text && text.starts_with('+')));
        }
    }

    #[test]
    fn a_changed_email_gets_a_new_topic_and_a_changed_number_does_not() {
        let (first, second) = (TopicId(uuid::Uuid::from_u128(1)), TopicId(uuid::Uuid::from_u128(2)));
        let begun = ContactPreferences::default().of_patient(contact(Some("a@example.org"), None), first);
        assert_eq!(begun.channel, Some(Channel::Person(first)));
        let with_number = begun.of_patient(contact(Some("a@example.org"), Some("+14155550100")), second);
        assert_eq!(with_number.channel, Some(Channel::Person(first)), "a confirmed email stays confirmed");
        let other = with_number.of_patient(contact(Some("b@example.org"), Some("+14155550100")), second);
        assert_eq!(other.channel, Some(Channel::Person(second)));
        let without = with_number.of_patient(contact(None, Some("+14155550100")), second);
        assert_eq!(without.channel, Some(Channel::Person(second)), "a removed address can't be confirmed later");
        assert_eq!(other.of_patient(Contact::default(), first), ContactPreferences::default());
    }

    #[test]
    fn clinicians_use_the_topic_of_their_pool() {
        let preferences = ContactPreferences::of_clinician(contact(None, Some("+14155550100")), "clinic".into());
        assert_eq!(preferences.channel, Some(Channel::Pool("clinic".into())));
        assert_eq!(ContactPreferences::of_clinician(Contact::default(), "clinic".into()).channel, None);
        assert_eq!(pool_name(" clinic ").as_deref(), Ok("clinic"));
        for bad in ["", " ", "a\nb", &"a".repeat(65)] {
            assert_eq!(pool_name(bad), Err(ContactError::Pool), "{bad:?}");
        }
    }
}
