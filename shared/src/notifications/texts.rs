//! Texts of notifications: subject, email and SMS, from templates that a deployment can replace.

use serde::Deserialize;

use domain::notification::Notification;
use domain::person::Side;

/// The only placeholder of templates: the recipient's sign-in address.
const URL: &str = "{url}";
/// The maximum length of an SMS: a single one, with what SNS adds to it.
const SMS_MAX_LENGTH: usize = 140;
/// The maximum length of an email, in bytes.
const EMAIL_MAX_LENGTH: usize = 1_000;
/// SNS requires a subject shorter than this.
const SUBJECT_BELOW: usize = 100;
/// The basic character set of GSM 03.38 (GSM-7). Characters of the extension count twice.
const GSM_7: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM_7_EXTENSION: &str = "^{}\\[~]|€";

/// Why replacement templates are invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextsError {
    /// They are not a JSON object with known names.
    #[error("the notices' texts are no JSON object of subject, email and sms")]
    Unreadable,
    /// One of the templates is invalid.
    #[error("the notices' {0} {1}")]
    Template(&'static str, &'static str),
}

/// The templates that a deployment replaces; the others keep their default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replacements {
    subject: Option<String>,
    email: Option<String>,
    sms: Option<String>,
}

/// The texts of a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The email's subject.
    pub subject: String,
    /// The text of the email, also the default for other protocols.
    pub email: String,
    /// The text of the SMS.
    pub sms: String,
}

/// The texts for patients and for staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    patient: Message,
    staff: Message,
}

impl Texts {
    /// Fills in the built-in templates, or those that replace them (a JSON object).
    pub fn new(replacements: Option<&str>, portal_url: &str, clinic_url: &str) -> Result<Self, TextsError> {
        let replaced: Replacements = match replacements {
            Some(json) => serde_json::from_str(json).map_err(|_| TextsError::Unreadable)?,
            None => Replacements::default(),
        };
        let subject = replaced.subject.unwrap_or_else(|| include_str!("templates/subject.txt").into());
        let email = replaced.email.unwrap_or_else(|| include_str!("templates/email.txt").into());
        let sms = replaced.sms.unwrap_or_else(|| include_str!("templates/sms.txt").into());
        let message = |url: &str| {
            let message = Message {
                subject: filled("subject", &subject, url)?,
                email: filled("email", &email, url)?,
                sms: filled("sms", &sms, url)?,
            };
            message.checked()
        };
        Ok(Self { patient: message(portal_url)?, staff: message(clinic_url)? })
    }

    /// The texts of a notification.
    pub const fn of(&self, notification: Notification) -> &Message {
        match notification.to {
            Side::Patient => &self.patient,
            Side::Staff => &self.staff,
        }
    }
}

fn filled(name: &'static str, template: &str, url: &str) -> Result<String, TextsError> {
    let template = template.trim();
    if template.is_empty() {
        return Err(TextsError::Template(name, "is empty"));
    }
    if template.replace(URL, "").contains(['{', '}']) {
        return Err(TextsError::Template(name, "has a placeholder other than {url}"));
    }
    Ok(template.replace(URL, url))
}

impl Message {
    fn checked(self) -> Result<Self, TextsError> {
        let subject_fits =
            self.subject.len() < SUBJECT_BELOW && self.subject.bytes().all(|byte| (b' '..0x7f).contains(&byte));
        if !subject_fits {
            return Err(TextsError::Template("subject", "is not one line of less than 100 ASCII characters"));
        }
        if self.email.len() > EMAIL_MAX_LENGTH {
            return Err(TextsError::Template("email", "is longer than 1000 bytes"));
        }
        if gsm_7_length(&self.sms).is_none_or(|length| length > SMS_MAX_LENGTH) {
            return Err(TextsError::Template(
                "sms",
                "is longer than 140 characters of GSM-7 with its URL, or has others",
            ));
        }
        Ok(self)
    }

    /// The JSON for SNS with a text for each protocol.
    pub fn by_protocol(&self) -> String {
        serde_json::json!({"default": self.email, "email": self.email, "sms": self.sms}).to_string()
    }
}

/// The length of a text in GSM-7. Returns `None` if it has other characters.
fn gsm_7_length(text: &str) -> Option<usize> {
    let length = |c: char| if GSM_7.contains(c) { Some(1) } else { GSM_7_EXTENSION.contains(c).then_some(2) };
    text.chars().map(length).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTAL: &str = "https://portal.example.org";
    const CLINIC: &str = "https://clinic.example.org";

    fn error(replacements: &str) -> String {
        Texts::new(Some(replacements), PORTAL, CLINIC).unwrap_err().to_string()
    }

    #[test]
    fn texts_contain_the_sign_in_address_of_the_recipient() {
        let texts = Texts::new(None, PORTAL, CLINIC).unwrap();
        let patient = texts.of(Notification { to: Side::Patient });
        assert_eq!(patient.sms, "You have a new message. Sign in to read it: https://portal.example.org");
        assert!(patient.email.contains(PORTAL) && !patient.email.contains('{'));
        assert!(texts.of(Notification { to: Side::Staff }).email.contains(CLINIC));
        let sent: serde_json::Value = serde_json::from_str(&patient.by_protocol()).unwrap();
        assert_eq!(sent["sms"], patient.sms);
        assert_eq!((&sent["email"], &sent["default"]), (&patient.email.clone().into(), &patient.email.clone().into()));
    }

    #[test]
    fn a_deployment_can_replace_templates() {
        let texts = Texts::new(Some(r#"{"sms": "Neue Nachricht für Sie: {url}"}"#), PORTAL, CLINIC).unwrap();
        let staff = texts.of(Notification { to: Side::Staff });
        assert_eq!(staff.sms, "Neue Nachricht für Sie: https://clinic.example.org");
        assert_eq!(staff.subject, "New message");
    }

    #[test]
    fn invalid_templates_are_rejected() {
        assert!(error("[]").contains("no JSON object"));
        assert!(error(r#"{"push": "x"}"#).contains("no JSON object"));
        assert_eq!(error(r#"{"sms": " "}"#), "the notices' sms is empty");
        for placeholder in ["{name}", "{ url }", "{", "{{url}}"] {
            let rejected = error(&serde_json::json!({"email": placeholder}).to_string());
            assert_eq!(rejected, "the notices' email has a placeholder other than {url}");
        }
        assert!(error(r#"{"subject": "a\nb"}"#).contains("subject is not one line"));
        assert!(error(&serde_json::json!({"subject": "a".repeat(100)}).to_string()).contains("subject is not"));
        assert!(error(&serde_json::json!({"email": "a".repeat(1001)}).to_string()).contains("email is longer"));
        let fits = "a".repeat(140 - PORTAL.len());
        assert!(
            Texts::new(Some(&serde_json::json!({"sms": format!("{fits}{{url}}")}).to_string()), PORTAL, CLINIC).is_ok()
        );
        assert!(error(&serde_json::json!({"sms": format!("{fits}a{{url}}")}).to_string()).contains("sms is longer"));
        assert!(error(r#"{"sms": "Привет {url}"}"#).contains("GSM-7"));
        assert_eq!(gsm_7_length("5 €"), Some(4));
    }
}
