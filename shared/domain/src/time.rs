//! Time: one type for every point in time.

/// A point in time, in UTC; stored and shown with milliseconds.
pub type Timestamp = jiff::Timestamp;
