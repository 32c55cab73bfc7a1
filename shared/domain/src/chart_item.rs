//! Chart items: the orders and linked documents that clinicians add to an encounter in progress.

use url::Url;

pub use crate::encounter::ChartCounts;
use crate::encounter::{Encounter, EncounterStatus};
use crate::fault::Fault;
use crate::ids::ChartItemId;
use crate::person::Person;
use crate::text::{Title, multi_line};
use crate::time::Timestamp;

/// The maximum length of an order, in characters.
pub const ORDER_MAX_LENGTH: usize = 2000;
/// The maximum length of a document's URL, in characters.
pub const URL_MAX_LENGTH: usize = 2000;
/// The maximum number of orders, and of documents, in one encounter.
pub const MAX_OF_A_KIND: u32 = 100;

/// The content of a chart item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChartContent {
    /// An order (FHIR's `ServiceRequest`) as text.
    Order(String),
    /// A linked document (FHIR's `DocumentReference`).
    Document {
        /// Its title.
        title: String,
        /// Its URL.
        url: String,
    },
}

/// An order or a linked document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartItem {
    /// Its id.
    pub id: ChartItemId,
    /// The order or document.
    pub content: ChartContent,
    /// When it was added.
    pub created_at: Timestamp,
    /// The clinician who added it.
    pub created_by: Person,
}

/// Why a chart item can't be added to an encounter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotAdd {
    /// The encounter is finished.
    #[error("the encounter is finished")]
    Finished,
    /// The encounter already has the maximum number of orders or of documents.
    #[error("the encounter has {MAX_OF_A_KIND} of this kind")]
    Full,
}

impl ChartContent {
    /// Validates an order: 1 to 2,000 characters.
    pub fn order(text: &str) -> Result<Self, Fault> {
        let text = multi_line(text, ORDER_MAX_LENGTH).map_err(|error| Fault::new("text", error))?;
        Ok(Self::Order(text))
    }

    /// Validates a document: a title on one line and an absolute https URL, which is normalized.
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
    /// The encounter with one more order or document counted.
    pub fn add(&self, content: &ChartContent) -> Result<Self, CannotAdd> {
        if self.status() == EncounterStatus::Finished {
            return Err(CannotAdd::Finished);
        }
        let mut changed = self.clone();
        let count = match content {
            ChartContent::Order(_) => &mut changed.chart_counts.orders,
            ChartContent::Document { .. } => &mut changed.chart_counts.documents,
        };
        if *count >= MAX_OF_A_KIND {
            return Err(CannotAdd::Full);
        }
        *count += 1;
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::EncounterId;
    use crate::lock::LockHistory;
    use crate::samples::{at, clara, empty};

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
    fn items_are_added_only_while_the_encounter_is_in_progress() {
        let order = ChartContent::order("Potassium, fasting").unwrap();
        let added = encounter().add(&order).unwrap();
        assert_eq!(added.chart_counts, ChartCounts { orders: 1, documents: 0 });
        let finished = added.set_status(EncounterStatus::Finished, &clara(), at(1)).unwrap();
        assert_eq!(finished.add(&order), Err(CannotAdd::Finished));
        let reopened = finished.set_status(EncounterStatus::InProgress, &clara(), at(2)).unwrap();
        assert_eq!(reopened.add(&order).unwrap().chart_counts.orders, 2);
    }

    #[test]
    fn orders_and_documents_have_separate_limits() {
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
    fn orders_and_urls_are_validated() {
        assert_eq!(ChartContent::order("a\r\nb"), Ok(ChartContent::Order("a\nb".into())));
        for wrong in ["", " ", "a\u{0}", &"x".repeat(2001)] {
            assert_eq!(ChartContent::order(wrong).unwrap_err().field, "text".into());
        }
        let url = "https://Example.org/a b".replace(' ', "%20");
        let document = ChartContent::document(" Report ", &url).unwrap();
        let normalized = "https://example.org/a%20b".into();
        assert_eq!(document, ChartContent::Document { title: "Report".into(), url: normalized });
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
