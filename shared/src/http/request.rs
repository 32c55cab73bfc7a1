//! Requests into types. What can't be read is a 400 that says where; ids that are none are a 422.

use std::str::FromStr;

use lambda_http::http::header::AUTHORIZATION;
use lambda_http::{Request, RequestExt as _};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_path_to_error::Segment;

use super::problem::{ApiError, FieldProblem};
use domain::ids::IdError;

/// The largest body taken, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// The `Authorization` header.
pub fn authorization(request: &Request) -> Option<&str> {
    request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok())
}

/// The body, from JSON.
pub fn json<T: DeserializeOwned>(request: &Request) -> Result<T, ApiError> {
    let body = request.body().as_ref();
    if body.len() > MAX_BODY {
        return Err(ApiError::TooLarge);
    }
    // serde would also read an array as a struct, field by field.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(ApiError::Malformed(FieldProblem::new("", "is not a JSON object")));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| malformed(&error, body))?;
    reader.end().map_err(|_| ApiError::Malformed(FieldProblem::new("", "is followed by something else")))?;
    Ok(value)
}

/// Where the JSON can't be read and what was expected there, without quoting what stood there.
fn malformed(error: &serde_path_to_error::Error<serde_json::Error>, body: &[u8]) -> ApiError {
    let mut pointer = String::new();
    for segment in error.path() {
        match segment {
            Segment::Seq { index } => pointer = format!("{pointer}/{index}"),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Unknown => {}
        }
    }
    let inner = error.inner();
    let text = inner.to_string();
    let named = text.split('`').nth(1).unwrap_or_default();
    // serde_json also calls it bad syntax when a number stands where one of an enum's names belongs.
    let is_json = || serde_json::from_slice::<IgnoredAny>(body).is_ok();
    let detail = if (inner.is_syntax() || inner.is_eof()) && !is_json() {
        pointer.clear();
        format!("is not JSON at line {} column {}", inner.line(), inner.column())
    } else if let Some(detail) = about_a_field(&text) {
        if !pointer.ends_with(&format!("/{named}")) {
            pointer = format!("{pointer}/{named}");
        }
        detail.to_owned()
    } else {
        let expected = text.rsplit_once(", expected ").map_or("what it should be", |(_, expected)| expected);
        format!("is not {}", expected.split(" at line ").next().unwrap_or(expected))
    };
    ApiError::Malformed(FieldProblem::new(pointer, detail))
}

/// What is wrong with a field as a whole, which serde names in its message.
fn about_a_field(text: &str) -> Option<&'static str> {
    [("missing field", "is missing"), ("unknown field", "is not a known field"), ("duplicate field", "is given twice")]
        .into_iter()
        .find_map(|(beginning, detail)| text.starts_with(beginning).then_some(detail))
}

/// An id in the path. What is no UUID is a 422; any other is looked up and found or not.
pub fn path_id<T: FromStr<Err = IdError>>(request: &Request, name: &str) -> Result<T, ApiError> {
    let parameters = request.path_parameters();
    let text = parameters.first(name).unwrap_or_default();
    text.parse().map_err(|error| ApiError::invalid(format!("{{{name}}}"), error))
}

/// The query's parameters. Unknown ones, repeated ones and wrong types are a 400.
pub fn query<T: DeserializeOwned>(request: &Request) -> Result<T, ApiError> {
    let query = request.uri().query().unwrap_or_default();
    let reader = serde_html_form::Deserializer::from_bytes(query.as_bytes());
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let text = error.inner().to_string();
        let path = error.path().to_string();
        let named = text.split('`').nth(1).unwrap_or_default();
        let (name, detail) = if text.starts_with("unknown field") {
            (named, "is not a known parameter")
        } else if text.starts_with("missing field") {
            (named, "is missing")
        } else {
            (path.as_str(), "is not what it should be")
        };
        ApiError::Malformed(FieldProblem::new(format!("?{name}"), detail))
    })
}

/// How many items a page may have.
pub fn limit(asked: Option<u32>, default: usize) -> Result<usize, ApiError> {
    match asked {
        None => Ok(default),
        Some(limit @ 1..=MAX_LIMIT) => Ok(limit as usize),
        Some(_) => Err(ApiError::Malformed(FieldProblem::new("?limit", format!("is not from 1 to {MAX_LIMIT}")))),
    }
}

/// The most items on a page.
pub const MAX_LIMIT: u32 = 100;

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Form {
        text: String,
        #[serde(default)]
        answers: Vec<Answer>,
        status: Option<Status>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Status {
        Open,
        Closed,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Answer {
        link_id: u32,
    }

    fn refusal(body: &str) -> (String, String) {
        match json::<Form>(&Request::new(Body::Text(body.into()))).unwrap_err() {
            ApiError::Malformed(field) => (field.pointer, field.detail),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_can_not_be_read_says_where_and_never_what_stood_there() {
        let cases = [
            ("{", "", "is not JSON at line 1 column 1"),
            ("", "", "is not JSON at line 1 column 0"),
            (r#"{"text": "a"} x"#, "", "is followed by something else"),
            ("{}", "/text", "is missing"),
            (r#"{"text": 5}"#, "/text", "is not a string"),
            (r#"{"text": "a", "colour": "secret"}"#, "/colour", "is not a known field"),
            (r#"{"text": "a", "answers": [{"linkId": 1}, {"linkId": "secret"}]}"#, "/answers/1/linkId", "is not u32"),
            (r#"{"text": "a", "answers": [{}]}"#, "/answers/0/linkId", "is missing"),
            (r#"{"text": "a", "text": "b"}"#, "/text", "is given twice"),
            (r#"{"text": "a", "status": 5}"#, "/status", "is not what it should be"),
            (r#"{"text": "a", "status": "secret"}"#, "/status", "is not `open` or `closed`"),
            (r#"["secret"]"#, "", "is not a JSON object"),
        ];
        for (body, pointer, detail) in cases {
            let refused = refusal(body);
            assert_eq!((refused.0.as_str(), refused.1.as_str()), (pointer, detail), "{body}");
            assert!(!refused.1.contains("secret"));
        }
    }

    #[test]
    fn a_large_body_is_refused_before_it_is_read() {
        let body = Request::new(Body::Text(" ".repeat(MAX_BODY + 1)));
        assert!(matches!(json::<Form>(&body), Err(ApiError::TooLarge)));
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Search {
        limit: Option<u32>,
    }

    #[test]
    fn unknown_and_wrong_parameters_are_named() {
        let ask = |query: &str| {
            let mut request = Request::new(Body::Empty);
            *request.uri_mut() = format!("/tasks?{query}").parse().unwrap();
            super::query::<Search>(&request)
        };
        assert_eq!(ask("limit=5").unwrap().limit, Some(5));
        for (query, name) in [("limit=x", "?limit"), ("limit=1&limit=2", "?limit"), ("colour=red", "?colour")] {
            match ask(query).unwrap_err() {
                ApiError::Malformed(field) => assert_eq!(field.pointer, name, "{query}"),
                other => panic!("{other:?}"),
            }
        }
        assert!(limit(Some(0), 25).is_err() && limit(Some(101), 25).is_err());
        assert_eq!(limit(None, 25).unwrap(), 25);
    }
}
