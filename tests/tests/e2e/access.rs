//! Who may do what: 403 where a role has no business, 404 for what is not a patient's own.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::chat::{Chat, answered_questionnaire};
use tests::eventually::{SOON, eventually};
use tests::http::Client;
use tests::new_id;
use tests::stack::Stack;

/// A request that would be taken from whoever may make it.
struct Request {
    method: &'static str,
    path: String,
    body: Value,
}

impl Request {
    async fn by(&self, person: &Client) -> tests::http::Reply {
        if self.body.is_null() {
            person.send(person.request(self.method, &self.path)).await
        } else {
            person.text(self.method, &self.path, self.body.to_string()).await
        }
    }
}

fn request(method: &'static str, path: impl Into<String>, body: Value) -> Request {
    Request { method, path: path.into(), body }
}

/// Everything that can be done with a patient and a chat by their ids, but for what is staff's alone.
fn about(patient: &str, conversation: &str, form: &Value) -> Vec<Request> {
    let chat = format!("/conversations/{conversation}");
    vec![
        request("GET", format!("/patients/{patient}"), Value::Null),
        request("GET", format!("/patients/{patient}/conversations"), Value::Null),
        request("GET", format!("/patients/{patient}/conversations?status=open&limit=1"), Value::Null),
        request("POST", format!("/patients/{patient}/conversations"), form.clone()),
        request("GET", &chat, Value::Null),
        request("GET", format!("{chat}/messages"), Value::Null),
        request("GET", format!("{chat}/messages?after=0"), Value::Null),
        request("GET", format!("{chat}/messages?before=9"), Value::Null),
        request("POST", format!("{chat}/messages"), json!({"id": new_id(), "text": "Hello", "attachmentIds": []})),
        request("PUT", format!("{chat}/status"), json!({"status": "closed"})),
        request("PUT", format!("{chat}/read"), json!({"upTo": 1})),
        request("DELETE", format!("{chat}/read"), Value::Null),
    ]
}

/// What only staff does with a patient's chart.
fn in_the_chart(patient: &str, encounter: &str, task: &str) -> Vec<Request> {
    vec![
        request("GET", format!("/patients/{patient}/encounters"), Value::Null),
        request("GET", encounter, Value::Null),
        request("PUT", format!("{encounter}/status"), json!({"status": "finished"})),
        request("POST", format!("{encounter}/orders"), json!({"text": "Potassium"})),
        request("POST", format!("{encounter}/documents"), json!({"title": "Report", "url": "https://example.org/"})),
        request("PUT", format!("/tasks/{task}"), json!({"status": "completed"})),
    ]
}

/// What only clinicians do.
fn by_clinicians(patient: &str, chat: &Chat, task: &str) -> Vec<Request> {
    let mut requests = in_the_chart(patient, &chat.encounter(), task);
    requests.push(request("GET", "/patients?q=ana", Value::Null));
    requests.push(request("GET", "/tasks", Value::Null));
    requests.push(request("GET", "/tasks?owner=me", Value::Null));
    requests
}

/// What only administrators do.
fn by_administrators(patient: &str) -> Request {
    let body = json!({"name": "A", "birthDate": "1980-02-29", "recordNumber": "1"});
    request("PUT", format!("/patients/{patient}"), body)
}

/// What only administrators configure.
fn configuration(settings: &Value, form: &Value) -> Vec<Request> {
    let path = format!("/questionnaires/{}", form["id"].as_str().expect("an id"));
    let mut changed = form.clone();
    changed["title"] = json!("Changed");
    vec![
        request("PUT", "/settings", settings.clone()),
        request("PUT", &path, changed),
        request("PUT", format!("/questionnaires/{}", new_id()), json!({"title": "A", "items": form["items"]})),
        request("DELETE", path, Value::Null),
        request("DELETE", format!("/questionnaires/{}", new_id()), Value::Null),
    ]
}

/// The one task of a chat.
async fn task_of(chat: &Chat, clinician: &Client) -> String {
    let task = eventually("a task", SOON, async || chat.tasks(clinician).await.pop().ok_or("none".into())).await;
    task["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_role_without_business_here_gets_a_403() {
    let stack = Stack::together().await;
    let (ana, clara) = (stack.person("patient-a").await, stack.person("clinician-a").await);
    let admin = stack.person("admin").await;
    let patient = stack.patient_id("patient-a");
    let chat = Chat::asked_by(&ana).await;
    let task = &task_of(&chat, &clara).await;
    let before = chat.seen_by(&clara).await;
    let settings = admin.get("/settings").await.expect(200);
    let form = clara.get("/questionnaires").await.expect(200)["items"][0].clone();

    let mut admins = about(patient, &chat.id, &json!({"title": "A"}));
    admins.extend(by_clinicians(patient, &chat, task));
    let refused: Vec<(&Client, Vec<Request>)> = vec![
        (&ana, by_clinicians(patient, &chat, task)),
        (&ana, vec![by_administrators(patient)]),
        (&clara, vec![by_administrators(patient)]),
        (&ana, configuration(&settings, &form)),
        (&clara, configuration(&settings, &form)),
        (&admin, admins),
    ];
    for (person, requests) in &refused {
        join_all(requests.iter().map(|request| async move { request.by(person).await.problem(403, "forbidden") }))
            .await;
    }
    assert_eq!(chat.seen_by(&clara).await, before, "what was refused changed nothing");
    let encounter = clara.get(&chat.encounter()).await.expect(200);
    assert_eq!((&encounter["status"], &encounter["orders"]), (&json!("in-progress"), &json!([])));
    assert_eq!(clara.get("/questionnaires").await.expect(200)["items"][0], form);
    chat.set(&clara, "closed").await;
}

#[tokio::test]
async fn what_is_another_patients_looks_as_if_it_did_not_exist() {
    let stack = Stack::together().await;
    let (ana, ben) = (stack.person("patient-a").await, stack.person("patient-b").await);
    let chat = Chat::asked_by(&ana).await;
    let task = task_of(&chat, &stack.person("clinician-a").await).await;
    let form = answered_questionnaire(&ben).await;
    let before = chat.seen_by(&ana).await;

    let mut others = about(stack.patient_id("patient-a"), &chat.id, &form);
    others.extend(in_the_chart(stack.patient_id("patient-a"), &chat.encounter(), &task));
    others.push(by_administrators(stack.patient_id("patient-a")));
    let mut missing = about(&new_id(), &new_id(), &form);
    missing.extend(in_the_chart(&new_id(), &format!("/encounters/{}", new_id()), &new_id()));
    missing.push(by_administrators(&new_id()));
    let ben = &ben;
    join_all(others.iter().zip(&missing).map(|(other, missing)| async move {
        let (other, missing) = (other.by(ben).await, missing.by(ben).await);
        other.problem(404, "not-found");
        assert_eq!((missing.status, &missing.body), (other.status, &other.body), "{}", other.request);
        for name in ["content-type", "cache-control", "content-length"] {
            assert_eq!(missing.header(name), other.header(name), "{}", other.request);
        }
    }))
    .await;
    assert_eq!(chat.seen_by(&ana).await, before, "what was refused changed nothing");
    assert_eq!(chat.entries(&ana).await.len(), 1);

    // A path that mixes a patient of one's own with another's chat opens nothing either.
    let own = ben.all(&format!("/patients/{}/conversations?limit=100", stack.patient_id("patient-b"))).await;
    assert!(own.iter().all(|listed| listed["id"] != *chat.id && listed["patientId"] == stack.patient_id("patient-b")));
    chat.set(&ana, "closed").await;
}
