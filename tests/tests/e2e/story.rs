//! The main job: a question, its answer, the closing, the reopening, and what the chart shows of it.

use serde_json::{Value, json};
use tests::conversation::{Conversation, ask};
use tests::eventually::{SOON, eventually, found_if};
use tests::http::Client;
use tests::stack::Stack;

/// The encounter, once it has this status and agrees with it in all else.
async fn encounter_soon(conversation: &Conversation, clinician: &Client, status: &str) -> Value {
    let what = format!("the encounter is {status}");
    let encounter = eventually(&what, SOON, async || {
        let encounter = clinician.get(&conversation.encounter()).await.expect(200);
        found_if(encounter["status"] == status, encounter)
    });
    let encounter = encounter.await;
    assert_eq!(encounter["archived"], status == "finished", "{encounter}");
    assert_eq!(encounter["period"]["end"].is_string(), status == "finished", "{encounter}");
    encounter
}

/// The conversation, once it has this status.
async fn status_soon(conversation: &Conversation, person: &Client, status: &str) -> Value {
    let what = format!("the conversation is {status}");
    let seen = eventually(&what, SOON, async || {
        let seen = conversation.seen_by(person).await;
        found_if(seen["status"] == status, seen)
    });
    seen.await
}

/// Its one task, once there is one.
async fn task_soon(conversation: &Conversation, clinician: &Client) -> Value {
    let tasks = eventually("the conversation has a task", SOON, async || {
        let tasks = conversation.tasks(clinician).await;
        found_if(!tasks.is_empty(), tasks)
    });
    let mut tasks = tasks.await;
    assert_eq!(tasks.len(), 1, "{tasks:#?}");
    tasks.remove(0)
}

/// The statuses of an encounter's history, oldest first, with who brought it there.
fn history(encounter: &Value) -> Vec<(&str, &str)> {
    let periods = encounter["statusHistory"].as_array().expect("a history").iter();
    periods.filter_map(|period| period["status"].as_str().zip(period["changedBy"]["userId"].as_str())).collect()
}

#[tokio::test]
async fn a_question_is_answered_closed_reopened_and_finished() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let clara = stack.person("clinician-a").await;
    let patient_id = stack.patient_id("patient-a");

    // Ana asks.
    let begun = ask(&ana).await;
    let shown = begun.expect(201);
    let conversation = Conversation::of(&shown);
    assert_eq!(begun.header("location"), conversation.path());
    assert_eq!(shown["patientId"], patient_id);
    assert_eq!((&shown["status"], &shown["canReply"]), (&json!("open"), &json!(true)));
    assert_eq!((&shown["unread"], &shown["lastNumber"]), (&json!(false), &json!(1)));

    // Within 3 s Clara sees it unread, its encounter in progress, and one task.
    let listed = eventually("it is in the patient's list", SOON, async || {
        let list = clara.all(&format!("/patients/{patient_id}/conversations?status=open&limit=100")).await;
        list.iter().find(|listed| listed["id"] == *conversation.id).cloned().ok_or(format!("{} others", list.len()))
    });
    let listed = listed.await;
    assert_eq!(listed["unread"], true, "{listed}");
    let encounter = encounter_soon(&conversation, &clara, "in-progress").await;
    assert_eq!(encounter["type"], "Results");
    assert_eq!(encounter["conversationId"], *conversation.id);
    let task = task_soon(&conversation, &clara).await;
    assert_eq!((&task["status"], &task["openedByNumber"]), (&json!("requested"), &json!(1)));
    assert_eq!((&task["patientId"], &task["title"]), (&json!(patient_id), &shown["title"]));

    // Clara answers; Ana has something to read.
    let answer = conversation.say(&clara, "It is within the range.").await;
    assert_eq!((&answer["number"], &answer["sender"]["userId"]), (&json!(2), &json!("clinician-a")));
    let seen = conversation.seen_by(&ana).await;
    assert_eq!((&seen["unread"], &seen["lastMessagePreview"]), (&json!(true), &json!("It is within the range.")));

    // Clara closes; within 3 s the encounter is finished and archived, and the task completed.
    let closed = conversation.set(&clara, "closed").await;
    assert_eq!((&closed["canReply"], &closed["reason"]), (&json!(false), &json!("conversation-closed")));
    let finished = encounter_soon(&conversation, &clara, "finished").await;
    assert_eq!(history(&finished), [("in-progress", "patient-a"), ("finished", "clinician-a")]);
    let completed = eventually("the task is completed", SOON, async || {
        let tasks = conversation.tasks(&clara).await;
        found_if(tasks.len() == 1 && tasks[0]["status"] == "completed", tasks)
    });
    assert_eq!(completed.await[0]["completedBy"]["userId"], "clinician-a");

    // Ana's next message is refused, and says why and by whom.
    let refused = conversation.send(&ana, "Thank you!").await.problem(409, "conversation-closed");
    assert_eq!(refused["closedBy"]["userId"], "clinician-a");
    assert!(refused["closedAt"].is_string());
    assert_eq!(conversation.seen_by(&ana).await["lastNumber"], closed["lastNumber"]);

    // Ana reopens; the same encounter is in progress again, with its history.
    let reopened = conversation.set(&ana, "open").await;
    assert_eq!(reopened["encounterId"], *conversation.encounter_id);
    assert_eq!(reopened["closedBy"], Value::Null);
    let resumed = encounter_soon(&conversation, &clara, "in-progress").await;
    let expected = [("in-progress", "patient-a"), ("finished", "clinician-a"), ("in-progress", "patient-a")];
    assert_eq!(history(&resumed), expected);
    conversation.say(&ana, "Thank you!").await;

    // Clara finishes the encounter, which closes the conversation.
    let finished = clara.put(&format!("{}/status", conversation.encounter()), &json!({"status": "finished"})).await;
    assert_eq!(finished.expect(200)["archived"], true);
    let closed = status_soon(&conversation, &ana, "closed").await;
    assert_eq!(closed["closedBy"]["userId"], "clinician-a");
    conversation.send(&ana, "One more thing").await.problem(409, "conversation-closed");
    let entries = conversation.entries(&ana).await;
    assert_eq!(kinds(&entries), ["message", "message", "closed", "open", "message", "closed"]);
}

/// Entries in short: `message`, or the status that they brought; with their numbers checked.
fn kinds(entries: &[Value]) -> Vec<&str> {
    for (entry, number) in entries.iter().zip(1..) {
        assert_eq!(entry["number"], number, "{entries:#?}");
    }
    entries.iter().map(|entry| entry["status"].as_str().or(entry["kind"].as_str()).unwrap_or_default()).collect()
}

#[tokio::test]
async fn resuming_an_encounter_reopens_its_conversation() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let carl = stack.person("clinician-b").await;
    let conversation = Conversation::asked_by(&ben).await;
    conversation.set(&ben, "closed").await;
    let finished = encounter_soon(&conversation, &carl, "finished").await;
    assert_eq!(history(&finished).last(), Some(&("finished", "patient-b")));

    carl.put(&format!("{}/status", conversation.encounter()), &json!({"status": "in-progress"})).await.expect(200);
    let reopened = status_soon(&conversation, &ben, "open").await;
    assert_eq!(reopened["lockVersion"], 3);
    let entries = conversation.entries(&ben).await;
    assert_eq!(kinds(&entries), ["message", "closed", "open"]);
    assert_eq!(entries[2]["sender"]["userId"], "clinician-b");
    conversation.set(&carl, "closed").await;
}

#[tokio::test]
async fn repeating_a_status_changes_nothing() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let clara = stack.person("clinician-a").await;
    let conversation = Conversation::asked_by(&ben).await;
    let first = conversation.set(&clara, "closed").await;
    let again = conversation.set(&ben, "closed").await;
    for name in ["lastNumber", "lockVersion", "closedBy"] {
        assert_eq!(first[name], again[name], "{name}");
    }
    let finish =
        clara.put(&format!("{}/status", conversation.encounter()), &json!({"status": "finished"})).await.expect(200);
    let finished = encounter_soon(&conversation, &clara, "finished").await;
    assert_eq!(history(&finished).len(), 2, "{finish}");
    assert_eq!(kinds(&conversation.entries(&ben).await), ["message", "closed"]);
}

#[tokio::test]
async fn only_an_answer_ends_the_waiting() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let clara = stack.person("clinician-a").await;
    let conversation = Conversation::asked_by(&ben).await;
    let asked = conversation.seen_by(&clara).await;
    let since = &asked["awaitingReplySince"];
    assert_eq!(since, &asked["lastMessageAt"]);

    conversation.say(&ben, "And what about sodium?").await;
    let read = clara.put(&format!("{}/read", conversation.path()), &json!({"upTo": 2})).await.expect(200);
    assert_eq!(&read["awaitingReplySince"], since, "since the first message; reading is no answer");
    let closed = conversation.set(&clara, "closed").await;
    assert_eq!(&closed["awaitingReplySince"], since, "closing is no answer");
    conversation.set(&ben, "open").await;
    conversation.say(&clara, "Both are fine.").await;
    assert_eq!(conversation.seen_by(&ben).await.get("awaitingReplySince"), None);
    conversation.say(&ben, "Thank you!").await;
    assert!(conversation.seen_by(&clara).await["awaitingReplySince"].is_string());
    conversation.set(&clara, "closed").await;
}

#[tokio::test]
async fn a_clinician_begins_and_the_patient_sees_it_with_its_first_message() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let clara = stack.person("clinician-a").await;
    let conversation = Conversation::titled_by(&clara, stack.patient_id("patient-a"), "Your X-ray").await;
    ana.get(&conversation.path()).await.problem(404, "not-found");
    conversation.say(&clara, "It shows nothing unusual.").await;
    let seen = conversation.seen_by(&ana).await;
    assert_eq!((&seen["title"], &seen["unread"]), (&json!("Your X-ray"), &json!(true)));
    assert_eq!(seen["createdBy"]["userId"], "clinician-a");

    // A conversation that nobody asked anything in has no task; Ana's question opens one.
    assert_eq!(conversation.tasks(&clara).await, Vec::<Value>::new());
    conversation.say(&ana, "Is it safe to run?").await;
    assert_eq!(task_soon(&conversation, &clara).await["openedByNumber"], 2);
    conversation.set(&clara, "closed").await;
}
