//! GET /openapi.json: the API's description (`OpenAPI` 3.1). Public, and needs nothing of AWS.
//!
//! It is made from the handlers of all routes; `openapi.json` is its committed copy.

use lambda_http::Request;
use shared::http::response;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr};
use utoipa::{Modify, OpenApi};

use crate::runtime::refusals::GatewayRefusal;
use crate::runtime::route::RouteEntry;
use crate::runtime::serve::{Answer, PublicHandler, Route};
use crate::system::get_health;
use crate::system::limits::Limits;
use crate::{attachments, configuration, conversations, encounters, messages, patients, people, routes, tasks};

/// This function's route.
pub const ROUTE: Route<PublicHandler> = Route::public("get-openapi", "GET", "/openapi.json", handle);

/// The description of this API
#[utoipa::path(
    get, path = ROUTE.entry.path, tag = "System", security(()), responses((status = 200, body = Object))
)]
pub fn handle(_request: &Request) -> Answer {
    Ok(response::ok(&document()))
}

/// The document.
pub fn document() -> Document {
    let mut document = Described::openapi();
    for subject in [
        people::Described::openapi,
        configuration::Described::openapi,
        patients::Described::openapi,
        conversations::Described::openapi,
        messages::Described::openapi,
        attachments::Described::openapi,
        encounters::Described::openapi,
        tasks::Described::openapi,
    ] {
        document.merge(subject());
    }
    let changes: [&dyn Modify; 3] = [&GatewayAnswers, &OperationNames, &Limits];
    for change in changes {
        change.modify(&mut document);
    }
    document
}

/// The routes that the document describes: all but the default one.
fn described() -> impl Iterator<Item = RouteEntry> {
    routes::all().chain([get_health::ROUTE.entry, ROUTE.entry])
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Portal Messaging",
        description = "Conversations between patients and clinicians, with the encounters and tasks that belong to them.\n\nTimes are RFC 3339 in UTC, ids are UUIDs of version 7, errors are problem documents (RFC 9457) with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact(),
    ),
    paths(get_health::handle, handle),
    security(("bearer" = [])),
    components(schemas(GatewayRefusal)),
    modifiers(&BearerToken),
)]
struct Described;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, openapi: &mut Document) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
        let scheme = scheme.description(Some("An access token of the deployment's OpenID Connect issuer."));
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme.build()));
    }
}

struct GatewayAnswers;

impl Modify for GatewayAnswers {
    /// A 401 may also be the gateway's own, which is no problem document (docs/decisions/0006-error-responses.md).
    fn modify(&self, openapi: &mut Document) {
        for path in openapi.paths.paths.values_mut() {
            for operation in [&mut path.get, &mut path.put, &mut path.post, &mut path.delete].into_iter().flatten() {
                if let Some(RefOr::T(refused)) = operation.responses.responses.get_mut("401") {
                    let own = Ref::from_schema_name("GatewayRefusal");
                    refused.content.insert("application/json".to_owned(), RefOr::T(Content::new(Some(own))));
                }
            }
        }
    }
}

struct OperationNames;

impl Modify for OperationNames {
    /// Names each operation like its function, so that generated clients have one name for it too.
    fn modify(&self, openapi: &mut Document) {
        for route in described() {
            let Some(path) = openapi.paths.paths.get_mut(route.path) else { continue };
            let operation = match route.method {
                "GET" => &mut path.get,
                "POST" => &mut path.post,
                "PUT" => &mut path.put,
                "DELETE" => &mut path.delete,
                _ => continue,
            };
            if let Some(operation) = operation {
                operation.operation_id = Some(route.name.to_owned());
            }
        }
    }
}
