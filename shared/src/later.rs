//! Something that is made when it is first needed: a function that never does has not paid for it.
//!
//! A client of the SDK reads the table of AWS's partitions when it is made, which is a good part of a function's start.

use std::sync::LazyLock;

/// Something that is made when it is first needed.
pub type Later<T> = LazyLock<T, Box<dyn FnOnce() -> T + Send>>;

/// Makes something when it is first needed.
pub fn later<T>(make: impl FnOnce() -> T + Send + 'static) -> Later<T> {
    LazyLock::new(Box::new(make))
}
