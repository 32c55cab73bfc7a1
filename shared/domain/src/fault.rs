//! Faults: validation errors, with the field at fault. The HTTP layer turns the field into a JSON pointer.

use std::fmt;

/// The path to a field, by the names of the domain's types.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field(Vec<Step>);

/// One step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A field of a struct.
    Name(&'static str),
    /// An index in a list, from 0.
    Index(usize),
}

impl Field {
    /// A top-level field.
    pub fn named(name: &'static str) -> Self {
        Self(vec![Step::Name(name)])
    }

    /// A field inside this one.
    #[must_use]
    pub fn then(&self, name: &'static str) -> Self {
        Self([self.0.as_slice(), &[Step::Name(name)]].concat())
    }

    /// An element of this list.
    #[must_use]
    pub fn at(&self, index: usize) -> Self {
        Self([self.0.as_slice(), &[Step::Index(index)]].concat())
    }

    /// The steps of the path, outermost first.
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
    /// In the form `items[3].link_id`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if depth == 0 => write!(f, "{name}")?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A validation error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {detail}")]
pub struct Fault {
    /// The field at fault.
    pub field: Field,
    /// What is wrong with its value; never contains the value.
    pub detail: String,
}

impl Fault {
    /// A validation error in `field`.
    pub fn new(field: impl Into<Field>, detail: impl fmt::Display) -> Self {
        Self { field: field.into(), detail: detail.to_string() }
    }
}
