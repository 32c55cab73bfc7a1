//! The domain: what conversations, encounters and tasks are and the rules that always hold.
//!
//! Nothing here knows AWS, Lambda or HTTP (a test holds that). Time and ids are passed in.

pub mod access;
pub mod attachment;
pub mod audit;
pub mod catalogue;
pub mod chart_item;
pub mod contact;
pub mod conversation;
pub mod encounter;
pub mod entry;
pub mod fault;
pub mod ids;
pub mod lock;
pub mod notice;
pub mod patient;
pub mod person;
pub mod questionnaire;
pub mod read_cursor;
pub mod search;
pub mod settings;
pub mod task;
pub mod text;

/// A moment, in UTC; stored and shown with milliseconds.
pub type Timestamp = jiff::Timestamp;

#[cfg(test)]
mod tests {
    /// The domain must compile and test without AWS: no file here may mention its crates.
    #[test]
    fn the_domain_knows_no_aws_and_no_http() {
        let folder = std::path::Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("src/domain");
        let mut seen = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let source = std::fs::read_to_string(&path).unwrap();
            if !path.ends_with("mod.rs") {
                for word in ["aws_", "lambda_", "http::", "dynamo", "crate::store", "crate::http"] {
                    assert!(!source.contains(word), "{} mentions {word}", path.display());
                }
            }
            seen += 1;
        }
        assert!(seen > 10, "the domain's files were not found");
    }
}
