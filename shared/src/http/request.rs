//! Parsing of requests. Errors name the field: 400 for a malformed body or query, 422 for an invalid id.

use std::str::FromStr;

use lambda_http::http::header::AUTHORIZATION;
use lambda_http::{Request, RequestExt as _};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_path_to_error::Segment;

use super::problem::{ApiError, FieldProblem};
use domain::ids::IdError;

/// The maximum size of a body, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// The `Authorization` header.
pub fn authorization(request: &Request) -> Option<&str> {
    request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok())
}

/// Parses the JSON body.
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

/// Converts serde's error into the field at fault and what was expected, without quoting the value.
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
    // serde_json also reports a syntax error for a number in place of an enum's name.
    let is_json = || serde_json::from_slice::<IgnoredAny>(body).is_ok();
    let detail = if (inner.is_syntax() || inner.is_eof()) && !is_json() {
        pointer.clear();
        format!("is not JSON at line {} column {}", inner.line(), inner.column())
    } else if let Some(detail) = field_detail(&text) {
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

/// The detail of an error about a whole field, which serde names in its message.
fn field_detail(text: &str) -> Option<&'static str> {
    [("missing field", "is missing"), ("unknown field", "is not a known field"), ("duplicate field", "is given twice")]
        .into_iter()
        .find_map(|(prefix, detail)| text.starts_with(prefix).then_some(detail))
}

/// Parses an id in the path; 422 if it is not a UUID.
pub fn path_id<T: FromStr<Err = IdError>>(request: &Request, name: &str) -> Result<T, ApiError> {
    let parameters = request.path_parameters();
    let text = parameters.first(name).unwrap_or_default();
    text.parse().map_err(|error| ApiError::invalid(format!("{{{name}}}"), error))
}

/// Parses the query parameters; 400 for unknown, repeated or mistyped ones.
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

/// Validates the requested page size.
pub fn limit(requested: Option<u32>, default: usize) -> Result<usize, ApiError> {
    match requested {
        None => Ok(default),
        Some(limit @ 1..=MAX_LIMIT) => Ok(limit as usize),
        Some(_) => Err(ApiError::Malformed(FieldProblem::new("?limit", format!("is not from 1 to {MAX_LIMIT}")))),
    }
}

/// The maximum page size.
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

    fn error(body: &str) -> (String, String) {
        match json::<Form>(&Request::new(Body::Text(body.into()))).unwrap_err() {
            ApiError::Malformed(field) => (field.pointer, field.detail),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn parse_errors_name_the_field_and_never_quote_its_value() {
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
            let error = error(body);
            assert_eq!((error.0.as_str(), error.1.as_str()), (pointer, detail), "{body}");
            assert!(!error.1.contains("secret"));
        }
    }

    #[test]
    fn a_large_body_is_rejected_before_it_is_parsed() {
        let body = Request::new(Body::Text(" ".repeat(MAX_BODY + 1)));
        assert!(matches!(json::<Form>(&body), Err(ApiError::TooLarge)));
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Search {
        limit: Option<u32>,
    }

    #[test]
    fn unknown_and_invalid_parameters_are_named() {
        let parse = |parameters: &str| {
            let mut request = Request::new(Body::Empty);
            *request.uri_mut() = format!("/tasks?{parameters}").parse().unwrap();
            query::<Search>(&request)
        };
        assert_eq!(parse("limit=5").unwrap().limit, Some(5));
        for (parameters, name) in [("limit=x", "?limit"), ("limit=1&limit=2", "?limit"), ("colour=red", "?colour")] {
            match parse(parameters).unwrap_err() {
                ApiError::Malformed(field) => assert_eq!(field.pointer, name, "{parameters}"),
                other => panic!("{other:?}"),
            }
        }
        assert!(limit(Some(0), 25).is_err() && limit(Some(101), 25).is_err());
        assert_eq!(limit(None, 25).unwrap(), 25);
    }
}
