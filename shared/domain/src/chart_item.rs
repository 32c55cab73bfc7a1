//! What clinicians add to an encounter: orders and linked documents, while it is in progress.

use url::Url;

use super::Timestamp;
use super::encounter::{Encounter, EncounterStatus};
use super::fault::Fault;
use super::ids::ChartItemId;
use super::person::Person;
use super::text::{Title, multi_line};

/// The longest order, in characters.
pub const ORDER_MAX_LENGTH: usize = 2000;
/// The longest URL, in characters.
pub const URL_MAX_LENGTH: usize = 2000;
/// The most orders, and the most documents, of an encounter.
pub const MAX_OF_A_KIND: u32 = 100;

/// What was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChartContent {
    /// An order (FHIR's `ServiceRequest`, as text).
    Order(String),
    /// A linked document (FHIR's `DocumentReference`).
    Document {
        /// Its title.
        title: String,
        /// Where it is.
        url: String,
    },
}

/// An order or a linked document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartItem {
    /// Its id.
    pub id: ChartItemId,
    /// What was added.
    pub content: ChartContent,
    /// When.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Person,
}

/// How much was added to an encounter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChartCounts {
    /// Its orders.
    pub orders: u32,
    /// Its documents.
    pub documents: u32,
}

/// Why nothing can be added to an encounter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotAdd {
    /// It is finished.
    #[error("the encounter is finished")]
    Finished,
    /// It has as many of this kind as it can have.
    #[error("the encounter has {MAX_OF_A_KIND} of this kind")]
    Full,
}

impl ChartContent {
    /// Checks an order: 1 to 2,000 characters.
    pub fn order(text: &str) -> Result<Self, Fault> {
        let text = multi_line(text, ORDER_MAX_LENGTH).map_err(|error| Fault::new("text", error))?;
        Ok(Self::Order(text))
    }

    /// Checks a document: a title on one line and an absolute https URL, which is kept in its normal form.
    pub fn document(title: &str, url: &str) -> Result<Self, Fault> {
        let title = Title::new(title).map_err(|error| Fault::new("title", error))?;
        let fault = |detail: &str| Fault::new("url", detail);
        if url.chars().count() > URL_MAX_LENGTH {
            return Err(fault(&format!("is longer than {URL_MAX_LENGTH} characters")));
        }
        if url.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err(fault("holds white space or a control character"));
        }
        let url = Url::parse(url).map_err(|_| fault("is not an absolute URL"))?;
        if url.scheme() != "https" {
            return Err(fault("is not an https URL"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(fault("holds a user name or a password"));
        }
        Ok(Self::Document { title: title.as_str().to_owned(), url: url.into() })
    }
}

impl Encounter {
    /// The encounter with one thing more, if it is in progress and has room.
    pub fn add(&self, content: &ChartContent) -> Result<Self, CannotAdd> {
        if self.status() == EncounterStatus::Finished {
            return Err(CannotAdd::Finished);
        }
        let mut more = self.clone();
        let count = match content {
            ChartContent::Order(_) => &mut more.chart_counts.orders,
            ChartContent::Document { .. } => &mut more.chart_counts.documents,
        };
        if *count >= MAX_OF_A_KIND {
            return Err(CannotAdd::Full);
        }
        *count += 1;
        Ok(more)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::conversation::tests::{at, clara, empty};
    use crate::ids::EncounterId;
    use crate::lock::LockHistory;

    fn encounter() -> Encounter {
        Encounter {
            id: EncounterId::new(Uuid::nil()),
            patient_id: empty().patient_id,
            conversation_id: empty().id,
            encounter_type: "Results".into(),
            lock: LockHistory::opened(clara(), at(0)),
            chart_counts: ChartCounts::default(),
            created_at: at(0),
        }
    }

    #[test]
    fn things_are_added_while_it_is_in_progress_and_after_it_was_resumed() {
        let order = ChartContent::order("Potassium, fasting").unwrap();
        let more = encounter().add(&order).unwrap();
        assert_eq!(more.chart_counts, ChartCounts { orders: 1, documents: 0 });
        let finished = more.set_status(EncounterStatus::Finished, &clara(), at(1)).unwrap();
        assert_eq!(finished.add(&order), Err(CannotAdd::Finished));
        let resumed = finished.set_status(EncounterStatus::InProgress, &clara(), at(2)).unwrap();
        assert_eq!(resumed.add(&order).unwrap().chart_counts.orders, 2);
    }

    #[test]
    fn each_kind_has_its_own_limit() {
        let order = ChartContent::order("Potassium").unwrap();
        let mut full = encounter();
        for _ in 0..MAX_OF_A_KIND {
            full = full.add(&order).unwrap();
        }
        assert_eq!(full.add(&order), Err(CannotAdd::Full));
        let document = ChartContent::document("Report", "https://example.org/a").unwrap();
        assert_eq!(full.add(&document).unwrap().chart_counts.documents, 1);
    }

    #[test]
    fn texts_and_urls_are_checked() {
        assert_eq!(ChartContent::order("a\r\nb"), Ok(ChartContent::Order("a\nb".into())));
        for wrong in ["", " ", "a\u{0}", &"x".repeat(2001)] {
            assert_eq!(ChartContent::order(wrong).unwrap_err().field, "text".into());
        }
        let url = "https://Example.org/a b".replace(' ', "%20");
        let kept = ChartContent::document(" Report ", &url).unwrap();
        let normal = "https://example.org/a%20b".into();
        assert_eq!(kept, ChartContent::Document { title: "Report".into(), url: normal });
        assert_eq!(ChartContent::document("", &url).unwrap_err().field, "title".into());
        for wrong in [
            "",
            "report.pdf",
            "/report",
            "//example.org/report",
            "http://example.org",
            "ftp://example.org",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://",
            "https://ana:secret@example.org",
            "https://example.org/a b",
            "https://example.org/\n",
            " https://example.org",
            &format!("https://example.org/{}", "x".repeat(2000)),
        ] {
            let fault = ChartContent::document("Report", wrong).unwrap_err();
            assert!(fault.field == "url".into() && !fault.detail.contains("secret"), "{wrong}: {fault}");
        }
    }
}
