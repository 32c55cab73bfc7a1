//! What no route takes: 404 where there is no such path, 405 with `Allow` where the path takes other methods.

use lambda_http::{Request, RequestExt as _};
use shared::http::problem::ApiError;

use crate::routes::{self, Route};
use crate::serve::{self, Answer};

/// The gateway's default route.
pub const ROUTE: Route = Route::new("refuse-route", "ANY", "$default");

/// Refuses a request.
pub fn handle(request: &Request) -> Answer {
    let path = request.raw_http_path();
    let allowed: Vec<&str> = routes::ALL.iter().filter(|route| route.matches(path)).map(|route| route.method).collect();
    if allowed.is_empty() { Err(ApiError::NotFound) } else { Err(ApiError::MethodNotAllowed(allowed.join(", "))) }
}

/// Runs the function.
pub fn run() {
    serve::run_public(ROUTE, handle);
}
