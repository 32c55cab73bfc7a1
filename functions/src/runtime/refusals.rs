//! What every route may be refused with, for the `OpenAPI` document.

use shared::http::problem::Problem;
use utoipa::IntoResponses;

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
