//! Who is not known gets a 401: from the gateway, and from every function that is called past it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::join_all;
use serde_json::{Value, json};
use tests::eventually::{IN_TIME, eventually, found_if};
use tests::stack::Stack;
use tests::{aws, new_id, tokens};

/// A request as API Gateway hands it to a function, format 2.0.
fn event(method: &str, path: &str, authorization: Option<&str>) -> Value {
    let parameters = ["patientId", "conversationId", "encounterId", "taskId"].map(|name| (name, new_id()));
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": authorization.map_or(json!({}), |authorization| json!({"authorization": authorization})),
        "pathParameters": parameters.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "requestContext": {
            "accountId": "000000000000", "apiId": "tests", "domainName": "localhost", "domainPrefix": "localhost",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "tests"},
            "requestId": new_id(), "routeKey": format!("{method} {path}"), "stage": "$default",
            "time": "22/Nov/2026:12:00:00 +0000", "timeEpoch": 1_795_348_800_000_u64
        },
        "isBase64Encoded": false
    })
}

/// The function's answer must be a 401 as a problem document.
fn expect_unauthorized(answer: &Value, what: &str) {
    assert_eq!(answer["statusCode"], 401, "{what}: {answer}");
    let header = |name: &str| {
        let headers = answer["headers"].as_object().expect("headers");
        headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or(Value::Null, |(_, value)| value.clone())
    };
    assert_eq!(header("content-type"), "application/problem+json", "{what}: {answer}");
    assert_eq!(header("www-authenticate"), "Bearer", "{what}: {answer}");
    let body: Value = serde_json::from_str(answer["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!((&body["status"], &body["code"]), (&json!(401), &json!("unauthorized")), "{what}: {answer}");
}

/// The same token with its header or claims changed, and its signature kept.
fn forged(token: &str, header: Value, claims: Value) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let changed = |part: &str, changes: Value| {
        let mut fields: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON");
        for (name, value) in changes.as_object().expect("changes") {
            fields[name] = value.clone();
        }
        URL_SAFE_NO_PAD.encode(fields.to_string())
    };
    format!("{}.{}.{}", changed(parts[0], header), changed(parts[1], claims), parts[2])
}

fn without_signature(token: &str) -> String {
    token.rsplit_once('.').map(|(signed, _)| format!("{signed}.")).expect("three parts")
}

/// Tokens that nobody may use, by what is wrong with them.
async fn bad_tokens(stack: &Stack) -> Vec<(&'static str, String)> {
    let good = tokens::of(stack, "clinician-a").await;
    vec![
        ("no token at all", "garbage".to_owned()),
        ("unsigned", without_signature(&good)),
        ("alg none", without_signature(&forged(&good, json!({"alg": "none"}), json!({})))),
        ("alg none, signed", forged(&good, json!({"alg": "none"}), json!({}))),
        ("a shared secret's algorithm", forged(&good, json!({"alg": "HS256"}), json!({}))),
        ("an unknown key", forged(&good, json!({"kid": "another"}), json!({}))),
        ("no access token", forged(&good, json!({"typ": "id_token+jwt"}), json!({}))),
        ("another role", forged(&good, json!({}), json!({"role": "admin"}))),
        ("another person", forged(&good, json!({}), json!({"sub": "clinician-b"}))),
        ("another issuer", forged(&good, json!({}), json!({"iss": "https://issuer.example.org"}))),
        ("another audience", tokens::issued(stack, "clinician-a", &[("resource", "urn:another-api")]).await),
        ("another client", tokens::issued(stack, "other-app", &[]).await),
        ("expired", expired(stack).await),
    ]
}

/// A token that was good for a second and is refused now.
async fn expired(stack: &Stack) -> String {
    let token = tokens::issued(stack, "clinician-a", &[("lifetime", "1")]).await;
    let authorization = format!("Bearer {token}");
    eventually("the token expires", IN_TIME, async || {
        let answer = aws::invoke(stack, "get-me", &event("GET", "/me", Some(&authorization))).await;
        found_if(answer["statusCode"] == 401, answer)
    })
    .await;
    token
}

#[tokio::test]
async fn a_bad_token_is_refused_at_the_gateway_and_behind_it() {
    let stack = Stack::together().await;
    for (what, token) in bad_tokens(&stack).await {
        let reply = stack.bearer(&token).get("/me").await;
        assert_eq!(reply.status, 401, "{what}: {}", reply.body);
        let direct = event("GET", "/me", Some(&format!("Bearer {token}")));
        expect_unauthorized(&aws::invoke(&stack, "get-me", &direct).await, what);
    }
    let good = tokens::of(&stack, "clinician-a").await;
    for authorization in ["Basic dGVzdDp0ZXN0".to_owned(), "Bearer".to_owned(), "Bearer ".to_owned(), good.clone()] {
        let direct = event("GET", "/me", Some(&authorization));
        expect_unauthorized(&aws::invoke(&stack, "get-me", &direct).await, "no bearer token");
    }
    let direct = event("GET", "/me", Some(&format!("Bearer {good}")));
    assert_eq!(aws::invoke(&stack, "get-me", &direct).await["statusCode"], 200, "a good token is good here, too");
}

#[tokio::test]
async fn every_route_but_the_public_ones_wants_a_token() {
    let stack = Stack::together().await;
    let routes = functions::inventory::routes().filter(|route| route.path != "$default");
    let check = async |route: functions::runtime::route::RouteEntry| {
        let path = route.path.split('/').map(|part| if part.starts_with('{') { new_id() } else { part.to_owned() });
        let path = path.collect::<Vec<_>>().join("/");
        let stranger = stack.stranger();
        let reply = stranger.send(stranger.request(route.method, &path)).await;
        if route.public {
            assert_eq!(reply.status, 200, "{}", reply.request);
            return;
        }
        assert_eq!(reply.status, 401, "{}: {}", reply.request, reply.body);
        // Past the gateway, too; and what the gateway says of the caller is not believed.
        let mut direct = event(route.method, &path, None);
        expect_unauthorized(&aws::invoke(&stack, route.name, &direct).await, route.name);
        direct["requestContext"]["authorizer"] =
            json!({"jwt": {"claims": {"sub": "clinician-a", "role": "clinician", "name": "Clara"}, "scopes": null}});
        expect_unauthorized(&aws::invoke(&stack, route.name, &direct).await, route.name);
    };
    join_all(routes.map(check)).await;
}
