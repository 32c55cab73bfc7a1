//! Values that can be read but not accepted: 422 with the field, and the text never comes back.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::conversation::{Conversation, answered_questionnaire};
use tests::new_id;
use tests::stack::Stack;

const SECRET: &str = "my potassium is 6.1";
const VERSION_4: &str = "6f1c9a52-6a0e-4a0e-9a2e-0d8a2f6f0c11";

/// Texts that are refused wherever people write.
fn refused_texts(longest: usize) -> Vec<String> {
    let mut texts = vec![String::new(), " \n\t ".to_owned(), "\u{a0}".to_owned()];
    texts.push("\u{e9}".repeat(longest + 1));
    for control in ['\u{0}', '\u{7}', '\u{1b}', '\u{7f}', '\u{85}'] {
        texts.push(format!("{SECRET}{control}."));
    }
    texts
}

#[tokio::test]
async fn messages_have_a_text_of_1_to_10_000_characters() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let conversation = Conversation::asked_by(&ana).await;
    let (conversation, ana) = (&conversation, &ana);
    join_all(refused_texts(10_000).into_iter().map(|text| async move {
        let reply = conversation.send(ana, &text).await;
        reply.refusal(422, "invalid-value", "/text");
        assert!(!reply.body.contains(SECRET), "{}", reply.body);
    }))
    .await;
    conversation.say(ana, &"\u{1fa7a}".repeat(10_000)).await;
    conversation.say(ana, "x").await;
    conversation.set(ana, "closed").await;
}

#[tokio::test]
async fn titles_have_1_to_200_characters_on_one_line() {
    let stack = Stack::together().await;
    let clara = stack.person("clinician-a").await;
    let patient = stack.patient_id("patient-b");
    let path = format!("/patients/{patient}/conversations");
    let mut titles = refused_texts(200);
    titles.push(format!("{SECRET}\n{SECRET}"));
    let refuse = async |title: String| {
        let reply = clara.post(&path, &json!({"title": title})).await;
        reply.refusal(422, "invalid-value", "/title");
        assert!(!reply.body.contains(SECRET), "{}", reply.body);
    };
    join_all(titles.into_iter().map(refuse)).await;
    let longest = "\u{e9}".repeat(200);
    let conversation = Conversation::titled_by(&clara, patient, &format!("  {longest} ")).await;
    assert_eq!(conversation.seen_by(&clara).await["title"], longest, "trimmed");
}

#[tokio::test]
async fn ids_made_by_clients_are_uuids_of_version_7() {
    let stack = Stack::together().await;
    let (ana, admin) = (stack.person("patient-a").await, stack.person("admin").await);
    let conversation = Conversation::asked_by(&ana).await;
    let form = answered_questionnaire(&ana).await;
    let begin = format!("/patients/{}/conversations", stack.patient_id("patient-a"));
    let patient = json!({"name": "A", "birthDate": "1980-02-29", "recordNumber": "1"});
    for id in [VERSION_4, "", "7", "01900000-0000-7000-8000-00000000000", "CONV#1"] {
        let message = json!({"id": id, "text": SECRET, "attachmentIds": []});
        ana.post(&conversation.messages(), &message).await.refusal(422, "invalid-value", "/id");
        let form = json!({"questionnaireId": id, "answers": form["answers"]});
        ana.post(&begin, &form).await.refusal(422, "invalid-value", "/questionnaireId");
    }
    admin.put(&format!("/patients/{VERSION_4}"), &patient).await.refusal(422, "invalid-value", "{patientId}");
    let mut other = patient.clone();
    other["id"] = json!(new_id());
    admin.put(&format!("/patients/{}", new_id()), &other).await.refusal(422, "invalid-value", "/id");
    conversation.set(&ana, "closed").await;
}

#[tokio::test]
async fn ids_in_paths_are_uuids() {
    let stack = Stack::together().await;
    let clara = stack.person("clinician-a").await;
    let conversation = "{conversationId}";
    let routes = [
        ("GET", "/patients/ID", "{patientId}", Value::Null),
        ("GET", "/patients/ID/conversations", "{patientId}", Value::Null),
        ("POST", "/patients/ID/conversations", "{patientId}", json!({"title": "A"})),
        ("GET", "/patients/ID/encounters", "{patientId}", Value::Null),
        ("GET", "/conversations/ID", conversation, Value::Null),
        ("GET", "/conversations/ID/messages", conversation, Value::Null),
        ("POST", "/conversations/ID/messages", conversation, json!({"id": new_id(), "text": "A"})),
        ("PUT", "/conversations/ID/status", conversation, json!({"status": "open"})),
        ("PUT", "/conversations/ID/read", conversation, json!({"upTo": 1})),
        ("DELETE", "/conversations/ID/read", conversation, Value::Null),
        ("GET", "/encounters/ID", "{encounterId}", Value::Null),
        ("PUT", "/encounters/ID/status", "{encounterId}", json!({"status": "finished"})),
        ("POST", "/encounters/ID/orders", "{encounterId}", json!({"text": "A"})),
        ("POST", "/encounters/ID/documents", "{encounterId}", json!({"title": "A", "url": "https://example.org/"})),
        ("PUT", "/tasks/ID", "{taskId}", json!({"status": "completed"})),
        ("GET", "/questionnaires/ID", "{questionnaireId}", Value::Null),
    ];
    let (clara, missing) = (&clara, &new_id());
    join_all(routes.iter().map(|(method, path, pointer, body)| async move {
        for id in ["1", "HEAD", "01900000-0000-7000-8000-00000000000g"] {
            let reply = clara.text(method, &path.replace("ID", id), body.to_string()).await;
            reply.refusal(422, "invalid-value", pointer);
        }
        for id in [missing, VERSION_4] {
            let reply = clara.text(method, &path.replace("ID", id), body.to_string()).await;
            reply.problem(404, "not-found");
        }
    }))
    .await;
}

#[tokio::test]
async fn answers_fit_their_questions() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let path = format!("/patients/{}/conversations", stack.patient_id("patient-a"));
    let forms = ana.get("/questionnaires").await.expect(200);
    let form = answered_questionnaire(&ana).await;
    let questions = forms["items"][0]["items"].as_array().expect("questions");
    let place = |of: &dyn Fn(&Value) -> bool| questions.iter().position(of).expect("the seed has such a question");
    let required = place(&|question| question["required"] == true);
    let choice = place(&|question| question["type"] == "choice");
    let yes_or_no = place(&|question| question["type"] == "boolean");
    let line = place(&|question| question["type"] == "string");

    let refuse = async |answers: Vec<Value>, pointer: String, link_id: &Value| {
        let body = json!({"questionnaireId": form["questionnaireId"], "answers": answers});
        let reply = ana.post(&path, &body).await;
        let problem = reply.refusal(422, "invalid-value", &pointer);
        assert_eq!(&problem["errors"][0]["linkId"], link_id, "{problem}");
        assert!(!reply.body.contains(SECRET), "{}", reply.body);
    };
    let answers = form["answers"].as_array().expect("answers");
    let link_id = |place: usize| &questions[place]["linkId"];
    let with = |place: usize, value: Value| {
        let mut answers = answers.clone();
        answers[place]["value"] = value;
        answers
    };
    let mut unanswered = answers.clone();
    unanswered.remove(required);
    refuse(unanswered, "/answers".into(), link_id(required)).await;
    refuse(with(choice, json!(SECRET)), format!("/answers/{choice}"), link_id(choice)).await;
    refuse(with(yes_or_no, json!(SECRET)), format!("/answers/{yes_or_no}"), link_id(yes_or_no)).await;
    refuse(with(line, json!(format!("{SECRET}\n."))), format!("/answers/{line}"), link_id(line)).await;
    refuse(with(line, json!("x".repeat(10_001))), format!("/answers/{line}"), link_id(line)).await;
    let twice: Vec<Value> = answers.iter().chain([&answers[line]]).cloned().collect();
    refuse(twice, format!("/answers/{}", answers.len()), link_id(line)).await;

    let unknown = json!({"questionnaireId": new_id(), "answers": answers});
    ana.post(&path, &unknown).await.refusal(422, "invalid-value", "/questionnaireId");
}

#[tokio::test]
async fn an_answer_to_no_question_is_named_by_its_link_id_and_not_quoted() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let path = format!("/patients/{}/conversations", stack.patient_id("patient-a"));
    let mut form = answered_questionnaire(&ana).await;
    let answers = form["answers"].as_array_mut().expect("answers");
    answers.push(json!({"linkId": "unknown", "value": SECRET}));
    let pointer = format!("/answers/{}", answers.len() - 1);
    let reply = ana.post(&path, &form).await;
    reply.refusal(422, "invalid-value", &pointer);
    assert!(!reply.body.contains(SECRET), "{}", reply.body);
    assert!(reply.body.contains(r#""linkId":"unknown""#), "{}", reply.body);
}

#[tokio::test]
async fn the_other_values_have_their_limits_too() {
    let stack = Stack::together().await;
    let (ana, admin) = (stack.person("patient-a").await, stack.person("admin").await);
    let clara = stack.person("clinician-a").await;
    let path = format!("/patients/{}", new_id());
    let valid = json!({"name": "A", "birthDate": "1980-02-29", "recordNumber": "1"});
    for (field, value) in [
        ("name", String::new()),
        ("name", "x".repeat(201)),
        ("name", format!("{SECRET}\u{7}")),
        ("birthDate", "1981-02-29".to_owned()),
        ("birthDate", "29.2.1980".to_owned()),
        ("birthDate", "1849-12-31".to_owned()),
        ("birthDate", "2999-01-01".to_owned()),
        ("recordNumber", String::new()),
        ("recordNumber", "x".repeat(65)),
    ] {
        let mut body = valid.clone();
        body[field] = json!(value);
        let reply = admin.put(&path, &body).await;
        reply.refusal(422, "invalid-value", &format!("/{field}"));
        assert!(!reply.body.contains(SECRET), "{}", reply.body);
    }
    clara.get(&path).await.problem(404, "not-found");

    let conversation = Conversation::asked_by(&ana).await;
    let stray = json!({"id": new_id(), "text": SECRET, "attachmentIds": [new_id()]});
    ana.post(&conversation.messages(), &stray).await.refusal(422, "invalid-value", "/attachmentIds/0");
    assert_eq!(conversation.seen_by(&ana).await["lastNumber"], 1);
    for owner in ["", "x\u{7}"] {
        let body = json!({"status": "in-progress", "owner": owner});
        clara.put(&format!("/tasks/{}", new_id()), &body).await.refusal(422, "invalid-value", "/owner");
    }
    conversation.set(&ana, "closed").await;
}
