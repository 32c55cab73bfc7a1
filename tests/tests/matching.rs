//! Routes, binaries, sample events, the `OpenAPI` document and the stack's own table match one to one.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use functions::generated;
use functions::inventory::{self, TRIGGERS};
use functions::runtime::route::RouteEntry;
use serde_json::Value;
use tests::repository;

/// A method and a path.
type Route = (String, String);

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// Every route.
fn routes() -> Vec<RouteEntry> {
    inventory::routes().collect()
}

/// The functions that an event source calls.
fn triggers() -> impl Iterator<Item = &'static str> {
    TRIGGERS.iter().map(|trigger| trigger.name)
}

/// Every function: one for each route, and those of event sources.
fn functions() -> BTreeSet<String> {
    names(routes().iter().map(|route| route.name).chain(triggers()))
}

/// The routes that the `OpenAPI` document tells of: all but the default one.
fn documented() -> BTreeSet<Route> {
    let routes = inventory::routes().filter(|route| route.path != "$default");
    routes.map(|route| (route.method.to_owned(), route.path.to_owned())).collect()
}

/// The names of a folder's entries, without their extension.
fn stems(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("readable").path());
    paths.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect()
}

/// The routes of an `OpenAPI` document.
fn routes_of(document: &Value) -> BTreeSet<Route> {
    let paths = document["paths"].as_object().expect("paths").iter();
    let methods = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];
    paths
        .flat_map(|(path, item)| {
            let own = item.as_object().expect("a path item").keys().filter(|key| methods.contains(&key.as_str()));
            own.map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect()
}

#[test]
fn every_route_has_a_function_of_its_own() {
    let routes = routes();
    assert_eq!(functions().len(), routes.len() + TRIGGERS.len(), "a function serves two routes");
    let served: BTreeSet<(&str, &str)> = routes.iter().map(|route| (route.method, route.path)).collect();
    assert_eq!(served.len(), routes.len(), "a route is served twice");
}

#[test]
fn what_follows_from_the_lists_is_current() {
    let root = repository::root();
    for (path, expected) in generated::files() {
        let present = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
        assert!(present == expected, "{path} is not current: run `cargo xtask generate`");
    }
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).expect("readable");
    assert!(manifest == generated::manifest(&manifest), "Cargo.toml is not current: run `cargo xtask generate`");
    assert_eq!(stems(&root.join("functions/src/bin")), functions());
}

#[test]
fn every_function_has_sample_events_and_every_sample_event_a_function() {
    let events = repository::root().join("events");
    assert_eq!(stems(&events), functions());
    for binary in functions() {
        let folder = events.join(&binary);
        assert!(!stems(&folder).is_empty(), "events/{binary}/ is empty");
        for name in stems(&folder) {
            // Each is JSON; what it holds is its handler's test.
            let _: Value = repository::json(&format!("events/{binary}/{name}.json"));
        }
    }
}

#[test]
fn every_route_is_documented_and_every_documented_route_exists() {
    assert_eq!(routes_of(&repository::json("openapi.json")), documented());
}

/// The routes of `cargo lambda watch`, from the workspace's own metadata.
fn watched() -> BTreeSet<(String, String, String)> {
    let metadata = Command::new(env!("CARGO")).args(["metadata", "--no-deps", "--format-version", "1"]).output();
    let metadata: Value = serde_json::from_slice(&metadata.expect("cargo runs").stdout).expect("cargo's metadata");
    let router = metadata["metadata"]["lambda"]["watch"]["router"].as_object().expect("a router").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    router
        .flat_map(|(path, functions)| functions.as_array().expect("functions").iter().map(move |one| (path, one)))
        .map(|(path, one)| (text(&one["function"]), text(&one["method"]), path.clone()))
        .collect()
}

#[test]
fn cargo_lambda_watch_answers_every_route() {
    // All but the default one, which its router can't express.
    let served = inventory::routes().filter(|route| route.path != "$default");
    let served = served.map(|route| (route.name.to_owned(), route.method.to_owned(), route.path.to_owned()));
    assert_eq!(watched(), served.collect());
}

#[test]
fn the_stack_deploys_every_function_behind_its_route_and_no_other() {
    let deployed = repository::deployed();
    let triggers = deployed.stream_consumers.iter().chain(&deployed.triggers);
    let triggers = names(triggers.map(|trigger| trigger.name.as_str()));
    assert_eq!(triggers, names(self::triggers()));
    let routes = deployed.routes.iter().map(|route| (route.name.as_str(), route.method.as_str(), route.path.as_str()));
    let served = inventory::routes().map(|route| (route.name, route.method, route.path));
    assert_eq!(routes.collect::<BTreeSet<_>>(), served.collect::<BTreeSet<_>>());
    for route in inventory::routes() {
        let Some(function) = deployed.routes.iter().find(|function| function.name == route.name) else { continue };
        assert_eq!(route.pages, function.cursor_secret, "{}: a route that pages signs its cursors", route.name);
        assert_eq!(route.images, !function.bucket.is_empty(), "{}: a route with images reaches them", route.name);
        assert_eq!(route.topics, !function.topics.is_empty(), "{}: a route with topics may use some", route.name);
    }
}
