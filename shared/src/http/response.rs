//! Responses: JSON bodies that must not be cached.

use domain::person::{Person, Role};
use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use serde::Serialize;

use crate::api_enum;

api_enum! {
    /// What someone is in the system.
    #[serde(rename_all = "lowercase")]
    #[schema(as = Role)]
    pub enum RoleView of Role {
        /// The person in care; signs in to the portal.
        Patient,
        /// Staff; works in patients' charts and the tasklist.
        Clinician,
        /// Configures the system; takes no part in conversations.
        Admin,
    }
}

/// Someone, as clients see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Person)]
pub struct PersonView {
    /// Their id at the issuer.
    #[schema(example = "clinician-a")]
    pub user_id: String,
    /// The role they acted in.
    pub role: RoleView,
    /// Their name, as it was then.
    #[schema(example = "Clara Clinician")]
    pub name: String,
}

impl PersonView {
    /// The view of a person.
    pub fn of(person: &Person) -> Self {
        Self { user_id: person.user_id.to_string(), role: person.role.into(), name: person.name.clone() }
    }
}

/// A response with a JSON body and the given media type.
pub fn with_body<T: Serialize>(status: StatusCode, content_type: &'static str, body: &T) -> Response<Body> {
    // Serialization can't fail: no response type has maps with other keys than strings.
    let body = serde_json::to_string(body).unwrap_or_else(|_| "{}".into());
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// 200 with a JSON body.
pub fn ok<T: Serialize>(body: &T) -> Response<Body> {
    with_body(StatusCode::OK, "application/json", body)
}

/// 204 without a body.
pub fn no_content() -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// 201 with a JSON body and the path of the new resource in `Location`.
pub fn created<T: Serialize>(location: &str, body: &T) -> Response<Body> {
    let mut response = with_body(StatusCode::CREATED, "application/json", body);
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
