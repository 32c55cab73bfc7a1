//! Who may do what: 403 where a role has no business, 404 for what is not a patient's own.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::conversation::{Conversation, answered_questionnaire};
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

/// Everything that can be done with a patient and a conversation by their ids, but for what is staff's alone.
fn about(patient: &str, conversation: &str, form: &Value) -> Vec<Request> {
    let conversation = format!("/conversations/{conversation}");
    vec![
        request("GET", format!("/patients/{patient}"), Value::Null),
        request("GET", format!("/patients/{patient}/conversations"), Value::Null),
        request("GET", format!("/patients/{patient}/conversations?status=open&limit=1"), Value::Null),
        request("POST", format!("/patients/{patient}/conversations"), form.clone()),
        request("GET", &conversation, Value::Null),
        request("GET", format!("{conversation}/messages"), Value::Null),
        request("GET", format!("{conversation}/messages?after=0"), Value::Null),
        request("GET", format!("{conversation}/messages?before=9"), Value::Null),
        request(
            "POST",
            format!("{conversation}/messages"),
            json!({"id": new_id(), "text": "Hello", "attachmentIds": []}),
        ),
        request("PUT", format!("{conversation}/status"), json!({"status": "closed"})),
        request("PUT", format!("{conversation}/read"), json!({"upTo": 1})),
        request("DELETE", format!("{conversation}/read"), Value::Null),
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
fn by_clinicians(patient: &str, conversation: &Conversation, task: &str) -> Vec<Request> {
    let mut requests = in_the_chart(patient, &conversation.encounter(), task);
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

/// The one task of a conversation.
async fn task_of(conversation: &Conversation, clinician: &Client) -> String {
    let task =
        eventually("a task", SOON, async || conversation.tasks(clinician).await.pop().ok_or("none".into())).await;
    task["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_role_without_business_here_gets_a_403() {
    let stack = Stack::together().await;
    let (ana, clara) = (stack.person("patient-a").await, stack.person("clinician-a").await);
    let admin = stack.person("admin").await;
    let patient = stack.patient_id("patient-a");
    let conversation = Conversation::asked_by(&ana).await;
    let task = &task_of(&conversation, &clara).await;
    let before = conversation.seen_by(&clara).await;
    let settings = admin.get("/settings").await.expect(200);
    let form = clara.get("/questionnaires").await.expect(200)["items"][0].clone();

    let mut admins = about(patient, &conversation.id, &json!({"title": "A"}));
    admins.extend(by_clinicians(patient, &conversation, task));
    let refused: Vec<(&Client, Vec<Request>)> = vec![
        (&ana, by_clinicians(patient, &conversation, task)),
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
    assert_eq!(conversation.seen_by(&clara).await, before, "what was refused changed nothing");
    let encounter = clara.get(&conversation.encounter()).await.expect(200);
    assert_eq!((&encounter["status"], &encounter["orders"]), (&json!("in-progress"), &json!([])));
    assert_eq!(clara.get("/questionnaires").await.expect(200)["items"][0], form);
    conversation.set(&clara, "closed").await;
}

#[tokio::test]
async fn what_is_another_patients_looks_as_if_it_did_not_exist() {
    let stack = Stack::together().await;
    let (ana, ben) = (stack.person("patient-a").await, stack.person("patient-b").await);
    let conversation = Conversation::asked_by(&ana).await;
    let task = task_of(&conversation, &stack.person("clinician-a").await).await;
    let form = answered_questionnaire(&ben).await;
    let before = conversation.seen_by(&ana).await;

    let mut others = about(stack.patient_id("patient-a"), &conversation.id, &form);
    others.extend(in_the_chart(stack.patient_id("patient-a"), &conversation.encounter(), &task));
    others.push(by_administrators(stack.patient_id("patient-a")));
    let mut missing = about(&new_id(), &new_id(), &form);
    missing.extend(in_the_chart(&new_id(), &format!("/encounters/{}", new_id()), &new_id()));
    missing.push(by_administrators(&new_id()));
    let ben = &ben;
    assert_eq!(others.len(), missing.len(), "each request has its counterpart");
    join_all(others.iter().zip(&missing).map(|(other, missing)| async move {
        let (other, missing) = (other.by(ben).await, missing.by(ben).await);
        other.problem(404, "not-found");
        assert_eq!((missing.status, &missing.body), (other.status, &other.body), "{}", other.request);
        for name in ["content-type", "cache-control", "content-length"] {
            assert_eq!(missing.header(name), other.header(name), "{}", other.request);
        }
    }))
    .await;
    assert_eq!(conversation.seen_by(&ana).await, before, "what was refused changed nothing");
    assert_eq!(conversation.entries(&ana).await.len(), 1);

    // A path that mixes a patient of one's own with another's conversation opens nothing either.
    let bens = Conversation::asked_by(ben).await;
    let own = ben.all(&format!("/patients/{}/conversations?limit=100", stack.patient_id("patient-b"))).await;
    assert!(own.iter().any(|listed| listed["id"] == *bens.id), "{own:#?}");
    assert!(
        own.iter()
            .all(|listed| listed["id"] != *conversation.id && listed["patientId"] == stack.patient_id("patient-b"))
    );
    conversation.set(&ana, "closed").await;
    bens.set(ben, "closed").await;
}
