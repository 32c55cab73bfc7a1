//! Requests of one person to the API, and its answers.

use std::sync::Arc;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// Somebody who calls the API.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    api_url: Arc<str>,
    authorization: Option<Arc<str>>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// What was asked, for messages.
    pub request: String,
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Client {
    pub(crate) fn new(http: reqwest::Client, api_url: &str, authorization: Option<String>) -> Self {
        Self { http, api_url: api_url.into(), authorization: authorization.map(Into::into) }
    }

    /// A request, to be sent with [`Client::send`].
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.http.request(method, format!("{}{path}", self.api_url));
        match &self.authorization {
            Some(authorization) => request.header("authorization", &**authorization),
            None => request,
        }
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let request = request.build().expect("a request");
        let path = request.url().as_str().trim_start_matches(&*self.api_url);
        let name = format!("{} {path}", request.method());
        let answer = self.http.execute(request).await.unwrap_or_else(|error| panic!("{name}: no answer: {error:?}"));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.text().await.unwrap_or_else(|error| panic!("{name}: half an answer: {error:?}"));
        Reply { request: name, status, headers, body }
    }

    /// A request with a text as its body.
    pub async fn text(&self, method: &str, path: &str, body: impl Into<String>) -> Reply {
        let request = self.request(method, path).header("content-type", "application/json");
        self.send(request.body(body.into())).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request("GET", path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.text("POST", path, body.to_string()).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.text("PUT", path, body.to_string()).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(self.request("DELETE", path)).await
    }

    /// All items of a list, page by page.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = path.to_owned();
        loop {
            let mut page = self.get(&next).await.expect(200);
            items.append(page["items"].as_array_mut().expect("items"));
            let Some(cursor) = page["nextCursor"].as_str() else { return items };
            let separator = if path.contains('?') { '&' } else { '?' };
            next = format!("{path}{separator}cursor={cursor}");
        }
    }
}

impl Reply {
    /// A header's value; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.request, self.body);
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{}: {error}: {}", self.request, self.body))
    }

    /// The problem document of an answer that must have this status and code.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        let shown = format!("{}: {}", self.request, self.body);
        assert_eq!(self.header("content-type"), "application/problem+json", "{shown}");
        assert_eq!(problem["status"], status, "{shown}");
        assert_eq!(problem["code"], code, "{shown}");
        assert_eq!(problem["type"], format!("urn:portal-messaging:problem:{code}"), "{shown}");
        assert!(problem["title"].is_string(), "{shown}");
        problem
    }

    /// The problem document of a refused request, which must point at one field.
    #[track_caller]
    pub fn refusal(&self, status: u16, code: &str, pointer: &str) -> Value {
        let problem = self.problem(status, code);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{}: {}", self.request, self.body);
        assert_eq!(problem["errors"].as_array().map(Vec::len), Some(1), "{}: {}", self.request, self.body);
        problem
    }
}
