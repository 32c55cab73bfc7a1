//! Bodies that can't be read, on every route that takes one: 400 with the field's pointer, 413 when too large.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::conversation::{Conversation, answered_questionnaire, message};
use tests::eventually::{SOON, eventually};
use tests::http::{Client, Reply};
use tests::new_id;
use tests::stack::Stack;

/// What is sent where, and never comes back in an answer.
const SECRET: &str = "my potassium is 6.1";

/// A route that takes a body.
struct Case {
    person: Client,
    method: &'static str,
    path: String,
    /// A body that would be taken.
    valid: Value,
    /// Its fields, with whether they are required and a value of a wrong type.
    fields: Vec<(&'static str, bool, Value)>,
}

impl Case {
    async fn send(&self, body: impl Into<String>) -> Reply {
        let reply = self.person.text(self.method, &self.path, body).await;
        assert!(!reply.body.contains(SECRET), "{}: {}", reply.request, reply.body);
        reply
    }

    fn with(&self, field: &str, value: Value) -> String {
        let mut body = self.valid.clone();
        body[field] = value;
        body.to_string()
    }

    fn without(&self, field: &str) -> String {
        let mut body = self.valid.clone();
        body.as_object_mut().expect("an object").remove(field);
        body.to_string()
    }
}

fn case(
    person: &Client,
    method: &'static str,
    path: String,
    valid: Value,
    fields: &[(&'static str, bool, Value)],
) -> Case {
    Case { person: person.clone(), method, path, valid, fields: fields.to_vec() }
}

/// What administrators write.
async fn by_administrators(stack: &Stack) -> Vec<Case> {
    let (admin, number) = (&stack.person("admin").await, json!(5));
    vec![
        case(
            admin,
            "PUT",
            format!("/patients/{}", new_id()),
            json!({"name": SECRET, "birthDate": "1980-02-29", "recordNumber": "1"}),
            &[
                ("name", true, number.clone()),
                ("birthDate", true, number.clone()),
                ("recordNumber", true, number.clone()),
            ],
        ),
        case(
            admin,
            "PUT",
            "/settings".to_owned(),
            admin.get("/settings").await.expect(200),
            &[
                ("sendMessageLabel", true, number.clone()),
                ("encounterType", true, json!([SECRET])),
                ("attachments", true, json!(SECRET)),
                ("tasking", true, number.clone()),
            ],
        ),
        case(
            admin,
            "PUT",
            format!("/questionnaires/{}", new_id()),
            json!({"title": SECRET, "items": [{"linkId": "a", "text": SECRET, "type": "text"}]}),
            &[
                ("title", true, number.clone()),
                ("items", true, json!(SECRET)),
                ("active", false, json!(SECRET)),
                ("position", false, json!(-1)),
                ("version", false, json!("1")),
                ("description", false, number),
            ],
        ),
    ]
}

/// Every route that takes a body, each with someone who may use it.
async fn cases(stack: &Stack) -> (Conversation, Vec<Case>) {
    let (ana, clara) = (stack.person("patient-a").await, stack.person("clinician-a").await);
    let patient = stack.patient_id("patient-a");
    let conversation = Conversation::asked_by(&ana).await;
    let task = eventually("a task", SOON, async || conversation.tasks(&clara).await.pop().ok_or("none".into())).await;
    let number = json!(5);
    let mut cases = vec![
        case(
            &clara,
            "POST",
            format!("/patients/{patient}/conversations"),
            json!({"title": SECRET}),
            &[("title", true, number.clone())],
        ),
        case(
            &ana,
            "POST",
            format!("/patients/{patient}/conversations"),
            answered_questionnaire(&ana).await,
            &[("questionnaireId", true, number.clone()), ("answers", true, json!(SECRET))],
        ),
        case(
            &ana,
            "POST",
            conversation.messages(),
            message(SECRET),
            &[("id", true, number.clone()), ("text", true, json!([SECRET])), ("attachmentIds", false, json!(SECRET))],
        ),
        case(
            &ana,
            "PUT",
            format!("{}/status", conversation.path()),
            json!({"status": "open"}),
            &[("status", true, number.clone()), ("status", true, json!(SECRET))],
        ),
        case(
            &ana,
            "PUT",
            format!("{}/read", conversation.path()),
            json!({"upTo": 1}),
            &[("upTo", true, json!(SECRET)), ("upTo", true, json!(-1)), ("upTo", true, json!(1.5))],
        ),
        case(
            &clara,
            "PUT",
            format!("{}/status", conversation.encounter()),
            json!({"status": "in-progress"}),
            &[("status", true, json!("open")), ("status", true, json!(null))],
        ),
        case(
            &clara,
            "PUT",
            format!("/tasks/{}", task["id"].as_str().expect("an id")),
            json!({"status": "requested", "owner": "clinician-a"}),
            &[("status", true, json!(SECRET)), ("owner", false, number.clone())],
        ),
        case(
            &ana,
            "PUT",
            "/me/notifications".to_owned(),
            json!({"email": "ana@example.org", "sms": "+14155550100"}),
            &[("email", false, number.clone()), ("sms", false, json!([SECRET])), ("pool", false, json!(true))],
        ),
        case(
            &stack.person("admin").await,
            "PUT",
            format!("/patients/{}", new_id()),
            json!({"name": SECRET, "birthDate": "1980-02-29", "recordNumber": "1"}),
            &[
                ("name", true, number.clone()),
                ("birthDate", true, number.clone()),
                ("recordNumber", true, number.clone()),
            ],
        ),
        case(
            &clara,
            "POST",
            format!("{}/orders", conversation.encounter()),
            json!({"id": new_id(), "text": SECRET}),
            &[("id", false, number.clone()), ("text", true, json!([SECRET]))],
        ),
        case(
            &clara,
            "POST",
            format!("{}/documents", conversation.encounter()),
            json!({"title": SECRET, "url": "https://example.org/"}),
            &[("id", false, number.clone()), ("title", true, number.clone()), ("url", true, number.clone())],
        ),
    ];
    cases.extend(by_administrators(stack).await);
    (conversation, cases)
}

async fn expect_refusals(case: &Case) {
    let malformed = async |body: String, pointer: &str| {
        case.send(body).await.refusal(400, "malformed-request", pointer);
    };
    // What is no JSON, or not one object.
    let whole = case.valid.to_string();
    malformed(String::new(), "").await;
    malformed(whole[..whole.len() - 1].to_owned(), "").await;
    malformed(format!("{whole} {whole}"), "").await;
    malformed(format!("[{whole}]"), "").await;
    malformed(format!("\"{SECRET}\""), "").await;
    malformed("null".to_owned(), "").await;

    // Fields: unknown, missing, of a wrong type.
    malformed(case.with("colour", json!(SECRET)), "/colour").await;
    for (field, required, wrong) in &case.fields {
        malformed(case.with(field, wrong.clone()), &format!("/{field}")).await;
        if *required {
            malformed(case.without(field), &format!("/{field}")).await;
        }
    }

    // Too large: 256 KB are taken, not one byte more.
    let padded = |size: usize| whole.clone() + &" ".repeat(size - whole.len());
    case.send(padded(256 * 1024 + 1)).await.problem(413, "body-too-large");
}

#[tokio::test]
async fn what_can_not_be_read_is_refused_and_says_where() {
    let stack = Stack::together().await;
    let (conversation, cases) = cases(&stack).await;
    let before = conversation.seen_by(&cases[0].person).await;
    join_all(cases.iter().map(expect_refusals)).await;
    assert_eq!(conversation.seen_by(&cases[0].person).await, before, "what was refused changed nothing");
    conversation.set(&cases[0].person, "closed").await;
}

#[tokio::test]
async fn a_body_of_exactly_256_kilobytes_is_taken() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let conversation = Conversation::asked_by(&ana).await;
    let message = message(SECRET).to_string();
    let padded = message.clone() + &" ".repeat(256 * 1024 - message.len());
    ana.text("POST", &conversation.messages(), padded).await.expect(201);
    conversation.set(&ana, "closed").await;
}

#[tokio::test]
async fn a_fault_deep_inside_is_pointed_at() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let form = answered_questionnaire(&ana).await;
    let path = format!("/patients/{}/conversations", stack.patient_id("patient-a"));
    for (answer, pointer) in [
        (json!({"value": SECRET}), "/answers/1/linkId"),
        (json!({"linkId": "x"}), "/answers/1/value"),
        (json!({"linkId": 7, "value": SECRET}), "/answers/1/linkId"),
        (json!({"linkId": "x", "value": 7}), "/answers/1/value"),
        (json!({"linkId": "x", "value": SECRET, "colour": SECRET}), "/answers/1/colour"),
        (json!(SECRET), "/answers/1"),
    ] {
        let mut body = form.clone();
        body["answers"] = json!([form["answers"][0], answer]);
        let reply = ana.post(&path, &body).await;
        reply.refusal(400, "malformed-request", pointer);
        assert!(!reply.body.contains(SECRET), "{}", reply.body);
    }
}
