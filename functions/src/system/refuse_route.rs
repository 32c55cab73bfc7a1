//! What no route takes: 404 where there is no such path, 405 with `Allow` where the path takes other methods.

use lambda_http::{Request, RequestExt as _};
use shared::http::problem::ApiError;

use crate::routes;
use crate::runtime::serve::{Answer, PublicHandler, Route};
use crate::system::{get_health, get_openapi};

/// The gateway's default route.
pub const ROUTE: Route<PublicHandler> = Route::public("refuse-route", "ANY", "$default", handle);

/// Refuses a request.
pub fn handle(request: &Request) -> Answer {
    let path = request.raw_http_path();
    let routes = routes::all().chain([get_health::ROUTE.entry, get_openapi::ROUTE.entry]);
    let allowed: Vec<&str> = routes.filter(|route| route.matches(path)).map(|route| route.method).collect();
    if allowed.is_empty() { Err(ApiError::NotFound) } else { Err(ApiError::MethodNotAllowed(allowed.join(", "))) }
}
