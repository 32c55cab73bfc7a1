//! Lazy values: created on first use, so that a cold start pays only for what it needs.
//!
//! Creating an AWS SDK client is expensive: it parses the list of AWS partitions.

use std::sync::LazyLock;

/// A value that is created on first use.
pub type Lazy<T> = LazyLock<T, Box<dyn FnOnce() -> T + Send>>;

/// A value that `make` creates on first use.
pub fn lazy<T>(make: impl FnOnce() -> T + Send + 'static) -> Lazy<T> {
    LazyLock::new(Box::new(make))
}
