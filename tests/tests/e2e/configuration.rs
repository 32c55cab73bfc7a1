//! Settings and questionnaires by an administrator: checked, in versions, and put back as they were.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use tests::conversation::Conversation;
use tests::eventually::{eventually, found_if};
use tests::http::{Client, Reply};
use tests::stack::Stack;
use tests::{aws, new_id};

const SECRET: &str = "my potassium is 6.1";

/// A form of one question, with changes.
fn form(changes: &Value) -> Value {
    let mut form = json!({
        "title": "Ask about a rash",
        "description": "Where it is, and since when.",
        "items": [
            {"linkId": "since", "text": "Since when?", "type": "choice", "required": true, "options": ["Today", "Before"]},
            {"linkId": "fever", "text": "Do you have a fever?", "type": "boolean"},
        ],
    });
    for (name, value) in changes.as_object().expect("changes") {
        form[name] = value.clone();
    }
    form
}

fn path(id: &str) -> String {
    format!("/questionnaires/{id}")
}

async fn put(admin: &Client, id: &str, changes: &Value) -> Reply {
    admin.put(&path(id), &form(changes)).await
}

async fn gone(admin: &Client, id: &str) {
    let reply = admin.delete(&path(id)).await;
    assert_eq!((reply.status, reply.body.as_str()), (204, ""), "{}", reply.request);
}

/// The listed form of an id.
async fn listed(person: &Client, id: &str) -> Option<Value> {
    let list = person.get("/questionnaires").await.expect(200);
    list["items"].as_array().expect("items").iter().find(|form| form["id"] == id).cloned()
}

async fn answer(patient: &Client, form: &Value) -> Reply {
    let me = patient.get("/me").await.expect(200);
    patient.post(&format!("/patients/{}/conversations", me["patientId"].as_str().expect("a patient")), form).await
}

#[tokio::test]
async fn an_answered_form_can_be_shown_as_it_was_asked() {
    let stack = Stack::together().await;
    let (admin, ana) = (stack.person("admin").await, stack.person("patient-a").await);
    let clara = stack.person("clinician-a").await;
    let id = new_id();
    let first = put(&admin, &id, &json!({"encounterType": "Dermatology"})).await.expect(200);
    assert_eq!((&first["version"], &first["active"]), (&json!(1), &json!(true)));
    assert_eq!(put(&admin, &id, &json!({"encounterType": "Dermatology"})).await.expect(200), first, "again");
    for person in [&ana, &clara, &admin] {
        assert_eq!(listed(person, &id).await.as_ref(), Some(&first));
        assert_eq!(person.get(&path(&id)).await.expect(200), first);
    }
    let all = ana.get("/questionnaires").await.expect(200);
    let positions: Vec<u64> =
        all["items"].as_array().unwrap().iter().filter_map(|form| form["position"].as_u64()).collect();
    assert!(positions.is_sorted(), "{all}");

    let answers = json!([{"linkId": "fever", "value": false}, {"linkId": "since", "value": "Today"}]);
    let conversation =
        Conversation::of(&answer(&ana, &json!({"questionnaireId": id, "answers": answers})).await.expect(201));
    let reworded = json!([{"linkId": "when", "text": "When did it begin?", "type": "string", "required": true}]);
    let second = put(&admin, &id, &json!({"items": reworded, "version": 1})).await.expect(200);
    assert_eq!(second["version"], 2);
    put(&admin, &id, &json!({"title": "Late", "version": 1})).await.problem(409, "questionnaire-changed");

    // The first message says both, the entry keeps both, and the form is there as it was.
    let entry = conversation.entries(&clara).await.remove(0);
    assert_eq!(entry["text"], "Since when?\nToday\n\nDo you have a fever?\nNo");
    let response = &entry["questionnaireResponse"];
    assert_eq!((&response["questionnaireId"], &response["questionnaireVersion"]), (&json!(id), &json!(1)));
    assert_eq!(
        response["items"][1],
        json!({"linkId": "fever", "text": "Do you have a fever?", "type": "boolean", "value": false})
    );
    assert_eq!(clara.get(&conversation.encounter()).await.expect(200)["type"], "Dermatology");
    for person in [&ana, &clara, &admin] {
        assert_eq!(person.get(&format!("{}?version=1", path(&id))).await.expect(200), first);
    }
    ana.get(&format!("{}?version=3", path(&id))).await.problem(404, "not-found");
    ana.get(&format!("{}?version=0x", path(&id))).await.refusal(400, "malformed-request", "?version");

    // A form that was open while it changed is taken as it was asked; without its version it is not.
    let late = json!({"questionnaireId": id, "questionnaireVersion": 1, "answers": answers});
    let late = Conversation::of(&answer(&ana, &late).await.expect(201));
    assert_eq!(late.entries(&ana).await[0]["questionnaireResponse"]["questionnaireVersion"], 1);
    let now = json!({"questionnaireId": id, "answers": answers});
    answer(&ana, &now).await.refusal(422, "invalid-value", "/answers/0");
    let unknown = json!({"questionnaireId": id, "questionnaireVersion": 9, "answers": answers});
    answer(&ana, &unknown).await.refusal(422, "invalid-value", "/questionnaireVersion");

    // What is not active is for administrators; what is removed is in no list; versions stay.
    put(&admin, &id, &json!({"active": false})).await.expect(200);
    assert_eq!(listed(&ana, &id).await, None);
    assert_eq!(listed(&clara, &id).await, None);
    assert_eq!(listed(&admin, &id).await.expect("listed")["version"], 3);
    answer(&ana, &late_form(&id, &answers)).await.refusal(422, "invalid-value", "/questionnaireId");
    gone(&admin, &id).await;
    admin.delete(&path(&id)).await.problem(404, "not-found");
    assert_eq!(listed(&admin, &id).await, None);
    ana.get(&path(&id)).await.problem(404, "not-found");
    assert_eq!(ana.get(&format!("{}?version=1", path(&id))).await.expect(200), first);
    answer(&ana, &late_form(&id, &answers)).await.refusal(422, "invalid-value", "/questionnaireId");
    for conversation in [conversation, late] {
        conversation.set(&ana, "closed").await;
    }
}

/// An answer to a version of a form that patients can't pick any more.
fn late_form(id: &str, answers: &Value) -> Value {
    json!({"questionnaireId": id, "questionnaireVersion": 1, "answers": answers})
}

#[tokio::test]
async fn a_form_that_makes_no_sense_is_refused_and_says_where() {
    let stack = Stack::together().await;
    let admin = stack.person("admin").await;
    let id = new_id();
    let item = |changes: Value| {
        let mut item = json!({"linkId": "b", "text": "Which?", "type": "choice", "options": ["A", "B"]});
        for (name, value) in changes.as_object().expect("changes") {
            item[name] = value.clone();
        }
        json!({"items": [{"linkId": "a", "text": "First?", "type": "text"}, item]})
    };
    let refused = [
        (json!({"title": " "}), "/title"),
        (json!({"title": "x".repeat(201)}), "/title"),
        (json!({"title": format!("{SECRET}\u{7}")}), "/title"),
        (json!({"description": "x".repeat(1001)}), "/description"),
        (json!({"encounterType": ""}), "/encounterType"),
        (json!({"id": new_id()}), "/id"),
        (json!({"items": []}), "/items"),
        (item(json!({"linkId": "a"})), "/items/1/linkId"),
        (item(json!({"linkId": SECRET})), "/items/1/linkId"),
        (item(json!({"text": ""})), "/items/1/text"),
        (item(json!({"options": []})), "/items/1/options"),
        (item(json!({"options": ["A", "A"]})), "/items/1/options/1"),
        (item(json!({"options": ["A", ""]})), "/items/1/options/1"),
        (item(json!({"type": "boolean"})), "/items/1/options"),
    ];
    for (changes, pointer) in refused {
        let reply = put(&admin, &id, &changes).await;
        reply.refusal(422, "invalid-value", pointer);
        assert!(!reply.body.contains(SECRET), "{}", reply.body);
    }
    put(&admin, &id, &item(json!({"type": "date"}))).await.refusal(400, "malformed-request", "/items/1/type");
    put(&admin, "6f1c9a52-6a0e-4a0e-9a2e-0d8a2f6f0c11", &json!({})).await.refusal(
        422,
        "invalid-value",
        "{questionnaireId}",
    );
    admin.get(&path(&id)).await.problem(404, "not-found");
}

/// Several administrators at once leave patients one form to begin with.
#[tokio::test]
async fn one_form_stays_active_whoever_takes_the_others() {
    let stack = Stack::alone().await;
    let (admin, ana) = (&stack.person("admin").await, stack.person("patient-a").await);
    let before = admin.get("/questionnaires").await.expect(200);
    let forms = before["items"].as_array().expect("items");
    assert!(forms.len() > 1, "the seed has several: {before}");
    let changed = |form: &Value, active: bool| {
        let mut changed = form.clone();
        changed["active"] = json!(active);
        changed.as_object_mut().expect("an object").remove("version");
        changed
    };
    let id = |form: &Value| path(form["id"].as_str().expect("an id"));

    let taken =
        join_all(forms.iter().map(|form| async move { admin.put(&id(form), &changed(form, false)).await })).await;
    let left = ana.get("/questionnaires").await.expect(200);
    let last = left["items"][0].clone();
    let deleted = admin.delete(&id(&last)).await;
    let hidden = admin.put(&id(&last), &changed(&last, false)).await;

    // First put back what was, then look at what came of it.
    join_all(forms.iter().map(|form| async move { admin.put(&id(form), &changed(form, true)).await.expect(200) }))
        .await;
    let refused: Vec<&Reply> = taken.iter().filter(|reply| reply.status != 200).collect();
    assert_eq!(refused.len(), 1, "{taken:#?}");
    refused[0].problem(409, "last-active-questionnaire");
    assert_eq!(left["items"].as_array().map(Vec::len), Some(1), "{left}");
    deleted.problem(409, "last-active-questionnaire");
    hidden.problem(409, "last-active-questionnaire");
    let after = admin.get("/questionnaires").await.expect(200);
    let titles =
        |forms: &Value| forms["items"].as_array().unwrap().iter().map(|form| form["title"].clone()).collect::<Vec<_>>();
    assert_eq!(titles(&after), titles(&before), "in the same order");
}

#[tokio::test]
async fn settings_are_checked_and_hold_everywhere_within_a_minute() {
    let stack = Stack::alone().await;
    let (admin, ana) = (stack.person("admin").await, stack.person("patient-a").await);
    let clara = stack.person("clinician-a").await;
    let before = admin.get("/settings").await.expect(200);
    let with = |pointer: &str, value: Value| {
        let mut settings = before.clone();
        *settings.pointer_mut(pointer).expect("a setting") = value;
        settings
    };
    let types = "/attachments/contentTypes";
    for (pointer, value, fault) in [
        ("/sendMessageLabel", json!(""), "/sendMessageLabel"),
        ("/sendMessageLabel", json!("x".repeat(61)), "/sendMessageLabel"),
        ("/sendMessageLabel", json!(format!("{SECRET}\n.")), "/sendMessageLabel"),
        ("/encounterType", json!("x".repeat(101)), "/encounterType"),
        ("/tasking/pool", json!(" "), "/tasking/pool"),
        ("/tasking/pool", json!("x".repeat(65)), "/tasking/pool"),
        ("/attachments/maxBytes", json!(0), "/attachments/maxBytes"),
        ("/attachments/maxBytes", json!(20 * 1024 * 1024 + 1), "/attachments/maxBytes"),
        (types, json!([]), types),
        (types, json!(["image/png", "image/svg+xml"]), "/attachments/contentTypes/1"),
        (types, json!(["image/png", "image/png"]), "/attachments/contentTypes/1"),
    ] {
        let reply = admin.put("/settings", &with(pointer, value)).await;
        reply.refusal(422, "invalid-value", fault);
        assert!(!reply.body.contains(SECRET), "{}", reply.body);
    }
    assert_eq!(admin.get("/settings").await.expect(200), before, "what was refused changed nothing");

    let changed = with("/encounterType", json!("Portal"));
    assert_eq!(admin.put("/settings", &changed).await.expect(200), changed);
    assert_eq!(ana.get("/settings").await.expect(200), changed);
    let noticed = eventually("conversations with the new type", Duration::from_mins(1), async || {
        let conversation = Conversation::titled_by(&clara, stack.patient_id("patient-a"), "Your X-ray").await;
        let encounter = clara.get(&conversation.encounter()).await.expect(200);
        conversation.set(&clara, "closed").await;
        found_if(encounter["type"] == "Portal", encounter)
    });
    let noticed = noticed.await;
    assert_eq!(noticed["type"], "Portal");
    assert_eq!(admin.put("/settings", &before).await.expect(200), before);
    // Other tests begin conversations too, and warm sandboxes would keep the other type for half a minute.
    aws::restart(&stack, "create-conversation").await;
}
