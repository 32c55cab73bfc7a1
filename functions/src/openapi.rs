//! The `OpenAPI` 3.1 document, generated from the handlers; `openapi.json` is its committed copy.

use shared::http::problem::Problem;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr};

use utoipa::{IntoResponses, Modify, OpenApi};

use crate::routes::ALL;

/// What every route may be refused with; a `code` in the problem document says more.
#[derive(Debug, IntoResponses)]
pub enum Refusals {
    /// The request can't be read: `malformed-request`, `invalid-cursor`
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// Nobody is known to call: `unauthorized`, or the gateway's own answer
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(Problem),
    /// The caller's role does not allow this: `forbidden`
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// It does not exist, or not for this caller: `not-found`
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// The body is over 256 KB: `body-too-large`; the announced file is too large: `attachment-too-large`
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// It can be read, but not accepted: `invalid-value`, `message-id-reused`, `id-reused`, `idempotency-key-reused`
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
    /// It is our fault: `internal-error`
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(Problem),
    /// Nothing was stored; the same request may go through in a moment: `busy`
    #[response(status = 503, content_type = "application/problem+json")]
    Busy(Problem),
}

/// What the gateway answers by itself to a token that it refuses.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct GatewayRefusal {
    /// For people.
    #[schema(example = "Unauthorized")]
    message: String,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Portal Messaging",
        description = "Conversations between patients and clinicians, with the encounters and tasks that belong to them.\n\nTimes are RFC 3339 in UTC, ids are UUIDs of version 7, errors are problem documents (RFC 9457) with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact(),
    ),
    paths(
        crate::get_health::handle,
        crate::get_openapi::handle,
        crate::get_me::handle,
        crate::get_notifications::handle,
        crate::put_notifications::handle,
        crate::get_settings::handle,
        crate::put_settings::handle,
        crate::list_questionnaires::handle,
        crate::get_questionnaire::handle,
        crate::put_questionnaire::handle,
        crate::delete_questionnaire::handle,
        crate::search_patients::handle,
        crate::get_patient::handle,
        crate::put_patient::handle,
        crate::list_conversations::handle,
        crate::create_conversation::handle,
        crate::get_conversation::handle,
        crate::list_messages::handle,
        crate::send_message::handle,
        crate::create_attachment::handle,
        crate::get_attachment::handle,
        crate::set_conversation_status::handle,
        crate::mark_read::handle,
        crate::mark_unread::handle,
        crate::list_encounters::handle,
        crate::get_encounter::handle,
        crate::set_encounter_status::handle,
        crate::create_order::handle,
        crate::link_document::handle,
        crate::list_tasks::handle,
        crate::update_task::handle,
        crate::list_access_log::handle,
    ),
    security(("bearer" = [])),
    components(schemas(GatewayRefusal)),
    modifiers(&BearerToken, &GatewayAnswers, &OperationNames),
)]
struct Document;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
        let scheme = scheme.description(Some("An access token of the deployment's OpenID Connect issuer."));
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme.build()));
    }
}

struct GatewayAnswers;

impl Modify for GatewayAnswers {
    /// A 401 may also be the gateway's own, which is no problem document (docs/decisions/0006-refusals.md).
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
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
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        for route in ALL {
            let Some(path) = openapi.paths.paths.get_mut(route.path) else { continue };
            let operation = match route.method {
                "GET" => &mut path.get,
                "POST" => &mut path.post,
                "PUT" => &mut path.put,
                "DELETE" => &mut path.delete,
                _ => continue,
            };
            if let Some(operation) = operation {
                operation.operation_id = Some(route.binary.to_owned());
            }
        }
    }
}

/// The document.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[cfg(test)]
mod tests {
    /// `openapi.json` is what frontends generate their types from.
    #[test]
    fn the_committed_copy_is_current() {
        let committed = include_str!("../../openapi.json");
        let generated = serde_json::to_string_pretty(&super::document()).unwrap();
        assert!(
            committed.trim_end() == generated,
            "openapi.json has drifted: run `cargo run -p functions --example openapi > openapi.json`"
        );
    }
}
