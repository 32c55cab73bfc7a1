//! The table's attributes are the store's own: no other source names one, or reads or writes items past the store.
//!
//! Many attributes are called like fields of the API, or have ordinary names such as `at` and `open`. So two things are
//! searched for: names that only the table has, and the ways by which an attribute of any name is reached (the SDK's type
//! of values, expressions, images of the stream). Sample events are data and not searched.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Fields, Item, ItemStruct, Lit, Meta, Token};
use tests::repository;

/// The store.
const STORE: &str = "shared/src/store";
/// Where sources are.
const FOLDERS: [&str; 11] =
    ["bench", "dev", "functions", "infra", "operations", "shared", "testkit", "tests", "web", "xtask", ".ci"];
/// Folders that hold no source of ours.
const SKIPPED: [&str; 5] = ["node_modules", "target", "dist", "cdk.out", "generated"];
/// The languages that sources are in.
const EXTENSIONS: [&str; 7] = ["rs", "ts", "tsx", "js", "mjs", "cjs", "py"];

/// Files that may reach items past the store, and why.
const EXEMPT: [(&str, &str); 7] = [
    ("bench/src/bin/bare-list-conversations.rs", "what the store costs is measured against the bare calls"),
    ("bench/src/bin/bare-list-messages.rs", "what the store costs is measured against the bare calls"),
    ("bench/src/bin/bare-send-message.rs", "what the store costs is measured against the bare calls"),
    ("bench/src/bin/bare/mod.rs", "what the store costs is measured against the bare calls"),
    ("infra/test/resources.test.ts", "changing a key replaces the table, so the test spells the keys out"),
    ("tests/tests/e2e/roles.rs", "asks with each role for what it must not do, which the store can't ask"),
    ("tests/tests/layers.rs", "this list"),
];

/// The field of a query that has an expression.
const EXPRESSION: &str = "KeyConditionExpression";

/// Ways to reach an attribute: types of values, and fields of `DynamoDB`'s own requests and records.
const WAYS: [&str; 11] = [
    "AttributeValue",
    "serde_dynamo",
    EXPRESSION,
    "FilterExpression",
    "UpdateExpression",
    "ConditionExpression",
    "ProjectionExpression",
    "ExpressionAttributeValues",
    "ExpressionAttributeNames",
    "NewImage",
    "OldImage",
];

/// The attributes that a source of the store declares: the fields of what serde reads from items.
fn declared(file: &syn::File) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for item in &file.items {
        let Item::Struct(ItemStruct { attrs, fields: Fields::Named(fields), .. }) = item else { continue };
        if !is_read_back(attrs) {
            continue;
        }
        let camel_case = serde_value(attrs, "rename_all").is_some_and(|rule| rule == "camelCase");
        for field in &fields.named {
            let name = field.ident.as_ref().expect("a named field").to_string();
            let name = if camel_case { to_camel_case(&name) } else { name };
            found.insert(serde_value(&field.attrs, "rename").unwrap_or(name));
        }
    }
    found
}

fn is_read_back(attributes: &[Attribute]) -> bool {
    let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    derives
        .filter_map(|derive| derive.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated).ok())
        .flatten()
        .any(|path| path.is_ident("Deserialize"))
}

/// The text that an attribute of serde gives to a name.
fn serde_value(attributes: &[Attribute], name: &str) -> Option<String> {
    let own = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
    own.filter_map(|attribute| attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok())
        .flatten()
        .find_map(|meta| match meta {
            Meta::NameValue(pair) if pair.path.is_ident(name) => match pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        })
}

fn to_camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut camel, word| {
        let (head, tail) = word.split_at(1);
        camel.push_str(&head.to_uppercase());
        camel.push_str(tail);
        camel
    })
}

/// The table's attributes.
fn attributes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut files = Vec::new();
    collect(&repository::root().join(STORE), &mut files);
    for file in files {
        found.extend(declared(&syn::parse_file(&read(&file)).expect("Rust")));
    }
    let functions: Value = repository::json("infra/generated/functions.json");
    let table = &functions["table"];
    for key in [&table["partitionKey"], &table["sortKey"], &table["timeToLive"]] {
        found.insert(key.as_str().expect("a key").to_owned());
    }
    for key in ["partitionKey", "sortKey"] {
        found.insert(table["index"][key].as_str().expect("a key").to_owned());
    }
    found
}

/// Every name of a property in a JSON schema.
fn properties(schema: &Value, into: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let ("properties", Value::Object(own)) = (name.as_str(), value) {
                    into.extend(own.keys().cloned());
                }
                properties(value, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| properties(item, into)),
        _ => {}
    }
}

/// The attributes whose names mean nothing else: the keys, and names of several words that the API does not have.
fn of_the_table_alone() -> BTreeSet<String> {
    let (attributes, mut api) = (attributes(), BTreeSet::new());
    properties(&repository::json("openapi.json"), &mut api);
    let keys = ["pk", "sk", "lpk", "lsk"];
    let alone = |name: &String| {
        keys.contains(&name.as_str()) || (name.contains(char::is_uppercase) && !api.contains(name.as_str()))
    };
    attributes.into_iter().filter(alone).collect()
}

/// All sources below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("readable").path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !SKIPPED.contains(&name) {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known)) {
            files.push(path);
        }
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a source says: its texts and names, without comments.
fn words_of(path: &Path) -> Vec<String> {
    let source = read(path);
    if path.extension().is_some_and(|extension| extension == "rs") {
        let mut words = Vec::new();
        let tokens: TokenStream = source.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        rust_words(tokens, &mut words);
        words
    } else {
        script_words(&source)
    }
}

fn rust_words(tokens: TokenStream, words: &mut Vec<String>) {
    let mut documents = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => rust_words(group.stream(), words),
            TokenTree::Ident(ident) => {
                documents = ident == "doc";
                // A field or variable of one's own may be called like an attribute. The SDK's builders take expressions by
                // methods.
                let name = ident.to_string();
                let is_builder = name.ends_with("_expression") || name.starts_with("expression_attribute");
                if is_builder || WAYS.contains(&name.as_str()) {
                    words.push(if is_builder { EXPRESSION.to_owned() } else { name });
                }
            }
            TokenTree::Literal(literal) if !documents => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    words.extend(in_text(&text.value()));
                }
            }
            TokenTree::Literal(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// The names in a text: all of it if it is one name, each where it is an expression, none of a sentence.
fn in_text(text: &str) -> Vec<String> {
    let is_name = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_expression = text.contains(" = :") || text.contains("attribute_") || text.contains("begins_with(");
    if is_name(text) {
        vec![text.to_owned()]
    } else if is_expression {
        text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect()
    } else {
        Vec::new()
    }
}

/// The names in a script: quoted, as a property, or before a colon.
fn script_words(source: &str) -> Vec<String> {
    let lines = source.lines().filter(|line| {
        let line = line.trim_start();
        !(line.starts_with("//") || line.starts_with('*') || line.starts_with("/*") || line.starts_with('#'))
    });
    let mut words = Vec::new();
    for line in lines {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let mut rest = line;
        while let Some(start) = rest.find(is_part) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c: char| !is_part(c)).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            let quoted = before.ends_with(['"', '\'', '`', '.']) || after.starts_with(['"', '\'', '`', ':']);
            if quoted || WAYS.contains(&word) || line.contains(" = :") {
                words.push(word.to_owned());
            }
            rest = after;
        }
    }
    words
}

/// Where a source reaches past the store, and by which name.
fn violations(names: &BTreeSet<String>) -> Vec<(String, String)> {
    let root = repository::root();
    let mut files = Vec::new();
    for folder in FOLDERS {
        collect(&root.join(folder), &mut files);
    }
    assert!(files.len() > 300, "{} sources: the folders have moved", files.len());
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let path = file.strip_prefix(&root).expect("below the root").to_str().expect("a path").to_owned();
        if path.starts_with(STORE) {
            continue;
        }
        let words: BTreeSet<String> = words_of(&file).into_iter().collect();
        let hits = words.into_iter().filter(|word| names.contains(word) || WAYS.contains(&word.as_str()));
        found.extend(hits.map(|word| (path.clone(), word)));
    }
    found
}

#[test]
fn no_source_outside_the_store_names_an_attribute() {
    let names = of_the_table_alone();
    for known in ["pk", "sk", "lpk", "lsk", "lastPatient", "lastStaff", "awaitingSince", "ownedBy"] {
        assert!(names.contains(known), "{known} is an attribute: {names:?}");
    }
    let found = violations(&names);
    let is_exempt = |path: &str| EXEMPT.iter().any(|(exempt, _)| *exempt == path);
    let wrong: Vec<_> = found.iter().filter(|(path, _)| !is_exempt(path)).collect();
    assert!(wrong.is_empty(), "only {STORE} knows the table's attributes: {wrong:#?}");
    for (exempt, reason) in EXEMPT {
        assert!(found.iter().any(|(path, _)| path == exempt), "{exempt} needs no exemption any more ({reason})");
    }
}

#[test]
fn an_attribute_is_found_however_it_is_named() {
    let words = |source: &str| {
        let mut words = Vec::new();
        rust_words(source.parse().expect("Rust"), &mut words);
        words
    };
    assert!(words(r#"json!({"dynamodb": {"Keys": {"pk": 1}}})"#).contains(&"pk".into()), "in a macro");
    assert!(words(r#"f("sk = :sk AND n > :n")"#).contains(&"sk".into()), "in an expression");
    assert!(words("query.filter_expression(x)").contains(&EXPRESSION.into()), "by the SDK's builders");
    assert!(!words("/// The pk of an item.\nfn f() {}").contains(&"pk".into()), "a comment is none");
    assert!(!words(r#"f("a text about pk and sk")"#).contains(&"pk".into()), "nor is a sentence");
    for source in [r#"item["pk"]"#, "item.pk", "{ pk: 1 }", "KeyConditionExpression: `pk = :pk`"] {
        assert!(script_words(source).contains(&"pk".into()), "{source}");
    }
    assert!(!script_words("// item.pk").contains(&"pk".into()));
    assert!(!script_words("const pk = 1;").contains(&"pk".into()), "a name of one's own is no attribute");
}
