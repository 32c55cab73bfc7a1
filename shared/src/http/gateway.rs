//! Which gateway called: what HTTP APIs, REST APIs and CloudFront tell differently is made the same here, in one place.
//!
//! | what | HTTP API | REST API | handlers see |
//! |---|---|---|---|
//! | path (`raw_http_path`) | with a named stage in front | without the stage | without the stage |
//! | `/` at the path's end | another path | the same path | 404 |
//! | parts of the path | decoded | as they were sent | decoded |
//! | query | as it was sent | decoded, by name | as it was sent |
//! | body | base64 for unusual types | text | bytes (`lambda_http` decodes) |
//! | claims | from its authoriser | none | none: every function verifies the token itself |
//! | source address | the caller's, or CloudFront's | the same | the caller's |

use std::collections::HashMap;

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};

use super::problem::ApiError;
use domain::audit::Source;

/// With what CloudFront shows that a request came through it.
const KEY: &str = "x-cloudfront-key";
/// The caller's address, as CloudFront saw it (infra/edge/to-api.js).
const VIEWER_ADDRESS: &str = "x-viewer-address";

/// The caller's address, where CloudFront told it.
#[derive(Debug, Clone)]
struct ViewerAddress(String);

/// The request as handlers see it, whichever gateway it came through.
///
/// With a `key`, only what CloudFront passed on is served: whoever calls the gateway itself walks around the firewall
/// and could claim any address.
pub fn admitted(mut request: Request, key: Option<&str>) -> Result<Request, ApiError> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let viewer = match key {
        Some(key) if !header(KEY).is_some_and(|shown| same(shown, key)) => {
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

/// Where a request comes from: the caller's address, and the id under which it is logged.
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

/// Compared by their hashes, so that the time it takes tells nothing of the key.
fn same(shown: &str, key: &str) -> bool {
    Sha256::digest(shown) == Sha256::digest(key)
}

/// The path without its stage. An HTTP API's has it but for the stage `$default`, a REST API's never.
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

/// The parts of a REST API's path, which come as they were sent.
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

    fn seen(event: &Value, key: Option<&str>) -> Result<Request, ApiError> {
        admitted(from_str(&event.to_string()).expect("an event"), key)
    }

    #[test]
    fn handlers_see_the_same_path_query_and_parameters() {
        let events = [
            http_api("$default", "/patients/a b", "q=a%26b&limit=5"),
            http_api("api", "/api/patients/a b", "q=a%26b&limit=5"),
            rest_api("/patients/a b", &json!({"q": ["a&b"], "limit": ["5"]})),
        ];
        for event in &events {
            let request = seen(event, None).expect("admitted");
            assert_eq!(request.raw_http_path(), "/patients/a b");
            assert_eq!(request.path_parameters().first("patientId"), Some("a b"));
            let mut query: Vec<_> = request.uri().query().expect("a query").split('&').collect();
            query.sort_unstable();
            assert_eq!(query, ["limit=5", "q=a%26b"]);
        }
    }

    #[test]
    fn only_a_whole_segment_is_the_stage() {
        let path = |stage: &str, path: &str| {
            seen(&http_api(stage, path, ""), None).expect("admitted").raw_http_path().to_owned()
        };
        assert_eq!(path("me", "/me/me/notifications"), "/me/notifications");
        assert_eq!(path("me", "/messages"), "/messages");
        assert_eq!(path("api", "/api"), "/");
        assert_eq!(path("$default", "/$default"), "/$default");
    }

    #[test]
    fn a_slash_at_the_end_is_no_route_of_ours() {
        for event in [http_api("$default", "/me/", ""), rest_api("/me/", &Value::Null)] {
            assert!(matches!(seen(&event, None), Err(ApiError::NotFound)));
        }
        assert!(seen(&rest_api("/", &Value::Null), None).is_ok());
    }

    #[test]
    fn without_a_key_the_address_is_the_gateways_and_nobody_is_believed() {
        for event in [http_api("$default", "/me", ""), rest_api("/me", &Value::Null)] {
            let request = seen(&event, None).expect("admitted");
            assert_eq!(source(&request).address.as_deref(), Some("192.0.2.1"));
        }
    }

    #[test]
    fn with_a_key_only_cloudfront_is_served_and_its_word_is_taken() {
        for mut event in [http_api("$default", "/me", ""), rest_api("/me", &Value::Null)] {
            let request = seen(&event, Some("the key")).expect("admitted");
            assert_eq!(source(&request).address.as_deref(), Some("203.0.113.7"));
            assert!(matches!(seen(&event, Some("another key")), Err(ApiError::Forbidden(_))));
            for headers in ["headers", "multiValueHeaders"] {
                event[headers] = json!({});
            }
            assert!(matches!(seen(&event, Some("the key")), Err(ApiError::Forbidden(_))));
        }
    }
}
