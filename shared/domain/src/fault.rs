//! What is wrong with a value that someone wrote, and in which field.

use std::fmt;

/// A field, by the names of the domain's own types.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field(Vec<Step>);

/// A step on the way to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A field of a structure.
    Name(&'static str),
    /// A place in a list, from 0 on.
    Index(usize),
}

impl Field {
    /// A field of the whole.
    pub fn named(name: &'static str) -> Self {
        Self(vec![Step::Name(name)])
    }

    /// A field of this one.
    #[must_use]
    pub fn then(&self, name: &'static str) -> Self {
        Self([self.0.as_slice(), &[Step::Name(name)]].concat())
    }

    /// A place in this list.
    #[must_use]
    pub fn at(&self, index: usize) -> Self {
        Self([self.0.as_slice(), &[Step::Index(index)]].concat())
    }

    /// The steps from the whole to it.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl From<&'static str> for Field {
    fn from(name: &'static str) -> Self {
        Self::named(name)
    }
}

impl fmt::Display for Field {
    /// As a developer writes it: `items[3].link_id`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if place == 0 => write!(f, "{name}")?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A value that can be read, but not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {detail}")]
pub struct Fault {
    /// The field.
    pub field: Field,
    /// What is wrong with it; never quotes it.
    pub detail: String,
}

impl Fault {
    /// A fault of a field.
    pub fn new(field: impl Into<Field>, detail: impl fmt::Display) -> Self {
        Self { field: field.into(), detail: detail.to_string() }
    }
}
