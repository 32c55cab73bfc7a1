//! Every function that is deployed: those of routes, and those that an event source calls.

use shared::store::stream::Follows;

use crate::attachments::inspect_attachment;
use crate::people::add_claims;
use crate::runtime::route::{ListedRoute, RouteEntry};
use crate::runtime::serve::AnyHandler;
use crate::stream::{notify, project_changes};
use crate::system::{get_health, get_openapi, refuse_route};
use crate::{attachments, configuration, conversations, encounters, messages, patients, people, routes, tasks};

/// A function that an event source calls.
#[derive(Debug, Clone, Copy)]
pub struct Trigger {
    /// The function's name.
    pub name: &'static str,
    /// Its module.
    pub(crate) module: &'static str,
    /// What calls it.
    pub source: EventSource,
}

/// What calls a function.
#[derive(Debug, Clone, Copy)]
pub enum EventSource {
    /// The table's stream, for changes of these items.
    TableStream(&'static [Follows]),
    /// The bucket, for each upload.
    ImageUpload,
    /// The stack's own user pool, before it issues a token.
    SignIn,
}

/// The functions that an event source calls.
pub const TRIGGERS: &[Trigger] = &[
    Trigger {
        name: project_changes::NAME,
        module: "stream::project_changes",
        source: EventSource::TableStream(project_changes::FOLLOWS),
    },
    Trigger { name: notify::NAME, module: "stream::notify", source: EventSource::TableStream(notify::FOLLOWS) },
    Trigger {
        name: inspect_attachment::NAME,
        module: "attachments::inspect_attachment",
        source: EventSource::ImageUpload,
    },
    Trigger { name: add_claims::NAME, module: "people::add_claims", source: EventSource::SignIn },
];

/// Every route, with the path of its module.
pub(crate) fn route_modules() -> impl Iterator<Item = ListedRoute> {
    let system = [
        (get_health::ROUTE.entry, "system::get_health"),
        (get_openapi::ROUTE.entry, "system::get_openapi"),
        (refuse_route::ROUTE.entry, "system::refuse_route"),
    ];
    system.into_iter().chain(routes::SUBJECTS.into_iter().flatten().copied())
}

/// Every route, the default one included.
pub fn routes() -> impl Iterator<Item = RouteEntry> {
    route_modules().map(|(route, _)| route)
}

/// The handler of every route, by the function's name. For tests: whatever uses it links all handlers.
pub fn handlers() -> impl Iterator<Item = (&'static str, AnyHandler)> {
    let system = [
        (get_health::ROUTE.entry.name, get_health::ROUTE.any_handler()),
        (get_openapi::ROUTE.entry.name, get_openapi::ROUTE.any_handler()),
        (refuse_route::ROUTE.entry.name, refuse_route::ROUTE.any_handler()),
    ];
    let subjects = [
        people::HANDLERS,
        configuration::HANDLERS,
        patients::HANDLERS,
        conversations::HANDLERS,
        messages::HANDLERS,
        attachments::HANDLERS,
        encounters::HANDLERS,
        tasks::HANDLERS,
    ];
    system.into_iter().chain(subjects.into_iter().flatten().copied())
}
