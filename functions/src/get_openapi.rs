//! GET /openapi.json: the API's description (`OpenAPI` 3.1). Public; touches nothing.

use lambda_http::Request;
use shared::http::response;

use crate::openapi;
use crate::routes::Route;
use crate::serve::{self, Answer};

/// This function's route.
pub const ROUTE: Route = Route::new("get-openapi", "GET", "/openapi.json");

/// The description of this API
#[utoipa::path(get, path = "/openapi.json", tag = "System", security(()), responses((status = 200, body = Object)))]
pub fn handle(_request: &Request) -> Answer {
    Ok(response::ok(&openapi::document()))
}

/// Runs the function.
pub fn run() {
    serve::run_public(ROUTE, handle);
}
