//! Gateways: normalizes requests from API Gateway HTTP APIs, REST APIs and CloudFront.
//!
//! | | HTTP API | REST API | handlers get |
//! |---|---|---|---|
//! | path (`raw_http_path`) | starts with the stage, if it is named | without the stage | without the stage |
//! | trailing `/` | another path | the same path | 404 |
//! | path parameters | decoded | percent-encoded | decoded |
//! | query | percent-encoded | decoded, by name | percent-encoded |
//! | body | base64 for binary types | text | bytes (`lambda_http` decodes) |
//! | claims | from its authorizer | none | none: every function verifies the token itself |
//! | source IP | the client's, or CloudFront's | the same | the client's |

use std::collections::HashMap;

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};

use super::problem::ApiError;
use domain::audit::Source;

/// The header with the secret that CloudFront adds to its requests.
const KEY: &str = "x-cloudfront-key";
/// The header with the client's IP address that CloudFront adds (infra/edge/to-api.js).
const VIEWER_ADDRESS: &str = "x-viewer-address";

/// The client's IP address from CloudFront.
#[derive(Debug, Clone)]
struct ViewerAddress(String);

/// Normalizes a request, whichever gateway it came through.
///
/// With a `key`, only requests from CloudFront are accepted: a client that calls the gateway directly would bypass the
/// web application firewall and could forge its address.
pub fn normalize(mut request: Request, key: Option<&str>) -> Result<Request, ApiError> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let viewer = match key {
        Some(key) if !header(KEY).is_some_and(|value| is_equal(value, key)) => {
            return Err(ApiError::Forbidden("The API is reached through its applications' addresses."));
        }
        Some(_) => header(VIEWER_ADDRESS).map(|address| ViewerAddress(address.to_owned())),
        None => None,
    };
    if let Some(viewer) = viewer {
        request.extensions_mut().insert(viewer);
    }
    let path = path_of(&request);
    if path.len() > 1 && path.ends_with('/') {
        return Err(ApiError::NotFound);
    }
    let parameters = decoded_parameters(&request);
    let request = request.with_raw_http_path(path);
    Ok(match parameters {
        Some(parameters) => request.with_path_parameters(parameters),
        None => request,
    })
}

/// The source of a request for audit events: the client's IP address and the request id of the log.
pub fn source(request: &Request) -> Source {
    let at_gateway = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        Some(RequestContext::ApiGatewayV1(context)) => context.identity.source_ip.clone(),
        _ => None,
    };
    let address = request.extensions().get::<ViewerAddress>().map(|ViewerAddress(address)| address.clone());
    let request_id = request.lambda_context_ref().map(|context| context.request_id.clone()).unwrap_or_default();
    Source { address: address.or(at_gateway), request_id }
}

/// Compares hashes, so that the time taken reveals nothing about the key.
fn is_equal(value: &str, key: &str) -> bool {
    Sha256::digest(value) == Sha256::digest(key)
}

/// The path without the stage. Only HTTP APIs include it, except the stage `$default`.
fn path_of(request: &Request) -> String {
    let path = request.raw_http_path();
    let stage = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.stage.as_deref().filter(|stage| *stage != "$default"),
        _ => None,
    };
    let rest = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
    match rest {
        Some("") => "/".to_owned(),
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => path.to_owned(),
    }
}

/// The decoded path parameters of a REST API, which passes them percent-encoded.
fn decoded_parameters(request: &Request) -> Option<HashMap<String, Vec<String>>> {
    let Some(RequestContext::ApiGatewayV1(_)) = request.request_context_ref() else { return None };
    let parameters = request.path_parameters_ref()?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some(parameters.iter().map(|(name, value)| (name.to_owned(), vec![decoded(value)])).collect())
}

#[cfg(test)]
mod tests {
    use lambda_http::request::from_str;
    use serde_json::{Value, json};

    use super::*;

    fn http_api(stage: &str, path: &str, query: &str) -> Value {
        json!({"version": "2.0", "routeKey": "GET /patients/{patientId}", "rawPath": path, "rawQueryString": query,
            "headers": {"x-viewer-address": "203.0.113.7", "x-cloudfront-key": "the key"},
            "pathParameters": {"patientId": "a b"},
            "requestContext": {"accountId": "1", "apiId": "a", "domainName": "d", "domainPrefix": "p", "requestId": "r",
                "routeKey": "GET /patients/{patientId}", "stage": stage, "time": "t", "timeEpoch": 1,
                "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "u"}},
            "isBase64Encoded": false})
    }

    fn rest_api(path: &str, query: &Value) -> Value {
        json!({"resource": "/patients/{patientId}", "path": path, "httpMethod": "GET",
            "headers": {"x-viewer-address": "203.0.113.7", "x-cloudfront-key": "the key"},
            "multiValueHeaders": {"x-viewer-address": ["203.0.113.7"], "x-cloudfront-key": ["the key"]},
            "queryStringParameters": null, "multiValueQueryStringParameters": query,
            "pathParameters": {"patientId": "a%20b"}, "stageVariables": null,
            "requestContext": {"accountId": "1", "resourceId": "r", "stage": "api", "requestId": "r", "apiId": "a",
                "resourcePath": "/patients/{patientId}", "httpMethod": "GET", "path": format!("/api{path}"),
                "protocol": "HTTP/1.1", "identity": {"sourceIp": "192.0.2.1"}},
            "body": null, "isBase64Encoded": false})
    }

    fn normalized(event: &Value, key: Option<&str>) -> Result<Request, ApiError> {
        normalize(from_str(&event.to_string()).expect("an event"), key)
    }

    #[test]
    fn all_gateways_have_the_same_path_query_and_parameters() {
        let events = [
            http_api("$default", "/patients/a b", "q=a%26b&limit=5"),
            http_api("api", "/api/patients/a b", "q=a%26b&limit=5"),
            rest_api("/patients/a b", &json!({"q": ["a&b"], "limit": ["5"]})),
        ];
        for event in &events {
            let request = normalized(event, None).expect("accepted");
            assert_eq!(request.raw_http_path(), "/patients/a b");
            assert_eq!(request.path_parameters().first("patientId"), Some("a b"));
            let mut query: Vec<_> = request.uri().query().expect("a query").split('&').collect();
            query.sort_unstable();
            assert_eq!(query, ["limit=5", "q=a%26b"]);
        }
    }

    #[test]
    fn only_a_whole_segment_is_removed_as_the_stage() {
        let path = |stage: &str, path: &str| {
            normalized(&http_api(stage, path, ""), None).expect("accepted").raw_http_path().to_owned()
        };
        assert_eq!(path("me", "/me/me/notifications"), "/me/notifications");
        assert_eq!(path("me", "/messages"), "/messages");
        assert_eq!(path("api", "/api"), "/");
        assert_eq!(path("$default", "/$default"), "/$default");
    }

    #[test]
    fn paths_with_a_trailing_slash_are_not_found() {
        for event in [http_api("$default", "/me/", ""), rest_api("/me/", &Value::Null)] {
            assert!(matches!(normalized(&event, None), Err(ApiError::NotFound)));
        }
        assert!(normalized(&rest_api("/", &Value::Null), None).is_ok());
    }

    #[test]
    fn without_a_key_the_address_comes_from_the_gateway() {
        for event in [http_api("$default", "/me", ""), rest_api("/me", &Value::Null)] {
            let request = normalized(&event, None).expect("accepted");
            assert_eq!(source(&request).address.as_deref(), Some("192.0.2.1"));
        }
    }

    #[test]
    fn with_a_key_only_cloudfront_is_accepted_and_provides_the_address() {
        for mut event in [http_api("$default", "/me", ""), rest_api("/me", &Value::Null)] {
            let request = normalized(&event, Some("the key")).expect("accepted");
            assert_eq!(source(&request).address.as_deref(), Some("203.0.113.7"));
            assert!(matches!(normalized(&event, Some("another key")), Err(ApiError::Forbidden(_))));
            for headers in ["headers", "multiValueHeaders"] {
                event[headers] = json!({});
            }
            assert!(matches!(normalized(&event, Some("the key")), Err(ApiError::Forbidden(_))));
        }
    }
}
