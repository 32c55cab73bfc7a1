//! Chart items: the orders and linked documents that clinicians add to an encounter in progress.

use url::Url;

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
pub const MAX_PER_KIND: u32 = 100;

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

/// How many items clinicians have added to an encounter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChartCounts {
    /// The number of orders.
    pub orders: u32,
    /// The number of linked documents.
    pub documents: u32,
}

/// Why a chart item can't be added to an encounter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotAdd {
    /// The encounter is finished.
    #[error("the encounter is finished")]
    Finished,
    /// The encounter already has the maximum number of orders or of documents.
    #[error("the encounter has {MAX_PER_KIND} of this kind")]
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

#[cfg(test)]
mod tests {
    use super::*;

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
