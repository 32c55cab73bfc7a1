//! The committed files that follow from the lists of functions; `cargo xtask generate` writes them.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::store::schema;
use shared::store::stream::{Filter, Follows};

use crate::inventory::{EventSource, TRIGGERS, Trigger, route_modules};
use crate::runtime::route::RouteEntry;
use crate::system::get_openapi;

/// Where the router of `cargo lambda watch` begins in the workspace's manifest; it ends at the next empty line.
const ROUTER: &str = "[workspace.metadata.lambda.watch.router]\n";

/// Every file that is generated as a whole: its path from the repository's root, and what it holds.
pub fn files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([
        ("openapi.json".to_owned(), pretty(&get_openapi::document())),
        ("infra/generated/functions.json".to_owned(), pretty(&functions())),
    ]);
    let routes = route_modules().map(|(route, module)| {
        let about = format!("{} {}", route.method, route.path);
        (route.name, about, format!("functions::{module}::ROUTE.run()"))
    });
    let triggers = TRIGGERS.iter().map(|trigger| {
        let about = match trigger.source {
            EventSource::TableStream(_) => "Fed by the table's stream",
            EventSource::ImageUpload => "Called for each upload to the bucket",
            EventSource::SignIn => "Called before a token is issued",
        };
        (trigger.name, about.to_owned(), format!("functions::{}::run()", trigger.module))
    });
    for (name, about, run) in routes.chain(triggers) {
        let source = format!("//! {about}. Written by `cargo xtask generate`.\n\nfn main() {{\n    {run};\n}}\n");
        files.insert(format!("functions/src/bin/{name}.rs"), source);
    }
    files
}

/// The workspace's manifest with the router of `cargo lambda watch` as the list of routes demands it. It can't express
/// the default route.
pub fn manifest(present: &str) -> String {
    let mut routes: Vec<(&str, Vec<String>)> = Vec::new();
    for (route, _) in route_modules().filter(|(route, _)| route.path != "$default") {
        let function = format!(r#"{{ method = "{}", function = "{}" }}"#, route.method, route.name);
        match routes.iter_mut().find(|(path, _)| *path == route.path) {
            Some((_, functions)) => functions.push(function),
            None => routes.push((route.path, vec![function])),
        }
    }
    let lines: Vec<String> =
        routes.iter().map(|(path, functions)| format!("\"{path}\" = [{}]", functions.join(", "))).collect();
    let lines = lines.join("\n");
    let Some((before, rest)) = present.split_once(ROUTER) else { return present.to_owned() };
    let after = rest.find("\n\n").map_or("", |end| &rest[end + 1..]);
    format!("{before}{ROUTER}{lines}\n{after}")
}

/// What the stack is made from: every function, how it is called, and the table's keys.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Functions {
    routes: Vec<HttpFunction>,
    stream_consumers: Vec<StreamConsumer>,
    triggers: Vec<TriggeredFunction>,
    table: schema::TableDefinition,
}

#[derive(Serialize)]
struct HttpFunction {
    name: &'static str,
    method: &'static str,
    path: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    public: bool,
}

#[derive(Serialize)]
struct StreamConsumer {
    name: &'static str,
    filters: Vec<Filter>,
}

#[derive(Serialize)]
struct TriggeredFunction {
    name: &'static str,
    source: &'static str,
}

fn functions() -> Functions {
    let (mut stream_consumers, mut triggers) = (Vec::new(), Vec::new());
    for &Trigger { name, source, .. } in TRIGGERS {
        match source {
            EventSource::TableStream(follows) => {
                let filters = follows.iter().copied().map(Follows::filter).collect();
                stream_consumers.push(StreamConsumer { name, filters });
            }
            EventSource::ImageUpload => triggers.push(TriggeredFunction { name, source: "image-upload" }),
            EventSource::SignIn => triggers.push(TriggeredFunction { name, source: "sign-in" }),
        }
    }
    let routes = route_modules().map(|(RouteEntry { name, method, path, public, .. }, _)| HttpFunction {
        name,
        method,
        path,
        public,
    });
    Functions { routes: routes.collect(), stream_consumers, triggers, table: schema::TABLE }
}

fn pretty<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
