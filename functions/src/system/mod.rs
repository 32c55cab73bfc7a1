//! What answers without knowing anybody: health, the API document, unknown routes.

pub mod get_health;
pub mod get_openapi;
mod limits;
pub mod refuse_route;
