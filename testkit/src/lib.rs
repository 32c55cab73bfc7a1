//! What tests and the bench share: photos, texts, demo accounts, an issuer of tokens, and tables in an emulator.
#![expect(clippy::missing_panics_doc, reason = "a test that cannot go on panics and says why")]

pub mod accounts;
pub mod capacity;
pub mod emulator;
pub mod issuer;
pub mod photo;
pub mod questionnaire;
pub mod texts;
