//! Paths, methods, parameters and cursors that are not taken.

use serde_json::{Value, json};
use tests::conversation::Conversation;
use tests::new_id;
use tests::stack::Stack;

#[tokio::test]
async fn an_unknown_path_is_a_404_and_an_unknown_method_a_405_that_says_what_is_allowed() {
    let stack = Stack::together().await;
    let id = new_id();
    for person in [stack.stranger(), stack.person("clinician-a").await] {
        for (method, path) in [
            ("GET", "/".to_owned()),
            ("GET", "/nothing".to_owned()),
            ("POST", format!("/conversations/{id}/nothing")),
            ("GET", format!("/conversations/{id}/messages/")),
            ("GET", "/conversations".to_owned()),
        ] {
            person.send(person.request(method, &path)).await.problem(404, "not-found");
        }
        for (method, path, allowed) in [
            ("POST", "/health".to_owned(), "GET"),
            ("DELETE", "/me".to_owned(), "GET"),
            ("DELETE", "/settings".to_owned(), "GET, PUT"),
            ("POST", "/questionnaires".to_owned(), "GET"),
            ("POST", format!("/questionnaires/{id}"), "GET, PUT, DELETE"),
            ("GET", format!("/encounters/{id}/orders"), "POST"),
            ("DELETE", format!("/patients/{id}"), "GET, PUT"),
            ("PUT", format!("/patients/{id}/conversations"), "GET, POST"),
            ("PATCH", format!("/conversations/{id}"), "GET"),
            ("GET", format!("/conversations/{id}/status"), "PUT"),
            ("POST", format!("/conversations/{id}/read"), "PUT, DELETE"),
            ("DELETE", format!("/tasks/{id}"), "PUT"),
        ] {
            let reply = person.send(person.request(method, &path)).await;
            reply.problem(405, "method-not-allowed");
            assert_eq!(reply.header("allow"), allowed, "{}", reply.request);
        }
    }
}

#[tokio::test]
async fn parameters_that_are_unknown_repeated_or_wrong_are_pointed_at() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let clara = stack.person("clinician-a").await;
    let conversation = Conversation::asked_by(&ana).await;
    let patient = stack.patient_id("patient-a");
    let lists = [
        "/patients?q=ana".to_owned(),
        format!("/patients/{patient}/conversations?"),
        format!("/patients/{patient}/encounters?"),
        format!("{}?", conversation.messages()),
        "/tasks?".to_owned(),
    ];
    for list in &lists {
        for (query, pointer) in [
            ("&colour=red", "?colour"),
            ("&limit=0", "?limit"),
            ("&limit=101", "?limit"),
            ("&limit=-1", "?limit"),
            ("&limit=many", "?limit"),
            ("&limit=1&limit=2", "?limit"),
        ] {
            let reply = clara.get(&format!("{list}{query}")).await;
            reply.refusal(400, "malformed-request", pointer);
        }
    }
    for (path, pointer) in [
        (format!("/patients/{patient}/conversations?status=shut"), "?status"),
        ("/tasks?status=open".to_owned(), "?status"),
        (format!("{}?before=x", conversation.messages()), "?before"),
        (format!("{}?after=-1", conversation.messages()), "?after"),
        (format!("{}?before=5&after=1", conversation.messages()), "?before"),
        ("/patients".to_owned(), "?q"),
    ] {
        clara.get(&path).await.refusal(400, "malformed-request", pointer);
    }
    for q in ["", "a", "a%20b", "%20"] {
        clara.get(&format!("/patients?q={q}")).await.refusal(422, "invalid-value", "?q");
    }
    conversation.set(&clara, "closed").await;
}

/// A cursor with one of its characters changed.
fn edited(cursor: &str, place: usize) -> String {
    let mut bytes = cursor.as_bytes().to_vec();
    bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).expect("ASCII")
}

#[tokio::test]
async fn a_cursor_is_good_for_its_caller_and_its_query_only() {
    let stack = Stack::together().await;
    let admin = stack.person("admin").await;
    let (clara, carl) = (stack.person("clinician-a").await, stack.person("clinician-b").await);
    let mut patients = Vec::new();
    for _ in 0..2 {
        let id = new_id();
        let patient = json!({"name": "Petra Pages", "birthDate": "1970-01-02", "recordNumber": "P-1"});
        admin.put(&format!("/patients/{id}"), &patient).await.expect(200);
        for title in ["A", "B", "C"] {
            Conversation::titled_by(&clara, &id, title).await;
        }
        patients.push(id);
    }
    let conversations = clara.all(&format!("/patients/{}/conversations", patients[0])).await;
    let (one, other) = (Conversation::of(&conversations[0]), Conversation::of(&conversations[1]));
    for conversation in [&one, &other] {
        for text in ["1", "2", "3"] {
            conversation.say(&clara, text).await;
        }
    }

    let list = |patient: &str, kind: &str| format!("/patients/{patient}/{kind}?limit=2");
    let (conversations, encounters) = (list(&patients[0], "conversations"), list(&patients[0], "encounters"));
    // The list, and lists on which its cursor is not good.
    for (path, others) in [
        (
            conversations.clone(),
            vec![
                format!("{conversations}&status=open"),
                list(&patients[1], "conversations"),
                encounters.clone(),
                "/tasks?limit=2".to_owned(),
            ],
        ),
        (format!("{conversations}&status=open"), vec![conversations.clone(), format!("{conversations}&status=closed")]),
        (encounters.clone(), vec![list(&patients[1], "encounters"), conversations.clone()]),
        (format!("{}?limit=2", one.messages()), vec![format!("{}?limit=2", other.messages())]),
    ] {
        let page = clara.get(&path).await.expect(200);
        let cursor = page["nextCursor"].as_str().expect("there is more");
        let next = clara.get(&format!("{path}&cursor={cursor}")).await.expect(200);
        assert_eq!(next["items"].as_array().map(Vec::len), Some(1), "{next}");
        assert_eq!(next["nextCursor"], Value::Null);

        let refused = async |cursor: &str| {
            clara.get(&format!("{path}&cursor={cursor}")).await.problem(400, "invalid-cursor");
        };
        for place in [0, cursor.len() / 2, cursor.len() - 2] {
            refused(&edited(cursor, place)).await;
        }
        refused(&cursor[..cursor.len() - 1]).await;
        refused(cursor.split_once('.').expect("two parts").0).await;
        refused("").await;
        refused("eyJhIjoxfQ.AAAA").await;
        carl.get(&format!("{path}&cursor={cursor}")).await.problem(400, "invalid-cursor");
        for other in others {
            clara.get(&format!("{other}&cursor={cursor}")).await.problem(400, "invalid-cursor");
        }
    }
}
