//! The domain depends on exactly these crates. Without AWS, HTTP and `OpenAPI` it compiles and tests in seconds.

use std::collections::BTreeSet;
use std::process::Command;

/// All direct and transitive dependencies, including build dependencies and procedural macros.
const ALLOWED: &str = "
    block-buffer cfg-if const-oid cpufeatures crypto-common digest displaydoc email_address form_urlencoded getrandom
    hybrid-array icu_collections icu_locale_core icu_normalizer icu_normalizer_data icu_properties icu_properties_data
    icu_provider idna idna_adapter jiff jiff-core jiff-static libc litemap percent-encoding portable-atomic
    portable-atomic-util potential_utf proc-macro2 quote r-efi serde serde_core serde_derive sha2 smallvec
    stable_deref_trait syn synstructure thiserror thiserror-impl tinystr tinyvec typenum unicode-ident
    unicode-normalization unicode-segmentation url utf8_iter utf_types uuid writeable yoke yoke-derive zerofrom
    zerofrom-derive zerotrie zerovec zerovec-derive
";

#[test]
fn the_domain_depends_only_on_allowed_crates() {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--package", "domain", "--edges", "normal,build", "--target", "all"]);
    tree.args(["--prefix", "none", "--format", "{p}", "--offline", "--locked"]);
    let output = tree.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let found: BTreeSet<&str> = printed.lines().filter_map(|line| line.split(' ').next()).collect();
    let allowed: BTreeSet<&str> = ALLOWED.split_whitespace().chain(["domain"]).collect();
    assert_eq!(found, allowed);
}
