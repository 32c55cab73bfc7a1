//! A page of a list, as clients see it.

use serde::Serialize;
use utoipa::ToSchema;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Page)]
pub struct PageView<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Shown as `cursor`, brings the next page; `null` on the last one.
    pub next_cursor: Option<String>,
}
