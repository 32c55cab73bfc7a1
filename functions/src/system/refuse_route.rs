//! What no route takes: 404 where there is no such path, 405 with `Allow` where the path takes other methods.

use lambda_http::{Request, RequestExt as _};
use shared::http::problem::ApiError;

use crate::routes;
use crate::runtime::route::RouteEntry;
use crate::runtime::serve::{Answer, PublicHandler, Route};
use crate::system::{get_health, get_openapi};

/// The gateway's default route.
pub const ROUTE: Route<PublicHandler> = Route::public("refuse-route", "ANY", "$default", handle);

/// The public routes; a constant, so that this function is not linked with their handlers.
const SYSTEM: [RouteEntry; 2] = [get_health::ROUTE.entry, get_openapi::ROUTE.entry];

/// Refuses a request.
pub fn handle(request: &Request) -> Answer {
    let path = request.raw_http_path();
    let routes = routes::all().chain(SYSTEM);
    let allowed: Vec<&str> = routes.filter(|route| route.matches(path)).map(|route| route.method).collect();
    if allowed.is_empty() { Err(ApiError::NotFound) } else { Err(ApiError::MethodNotAllowed(allowed.join(", "))) }
}
