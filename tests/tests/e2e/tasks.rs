//! Tasks: at most one open for a conversation, who takes and completes it, and the tasklist's order.

use serde_json::{Value, json};
use tests::conversation::Conversation;
use tests::eventually::{SOON, eventually, found_if};
use tests::http::Client;
use tests::stack::Stack;

/// The conversation's tasks, once they have these statuses, oldest first.
async fn tasks_soon(conversation: &Conversation, clinician: &Client, statuses: &[&str]) -> Vec<Value> {
    eventually(&format!("tasks that are {statuses:?}"), SOON, async || {
        let mut tasks = conversation.tasks(clinician).await;
        tasks.sort_by_key(|task| task["openedByNumber"].as_u64());
        let found = tasks.iter().map(|task| task["status"].as_str()).eq(statuses.iter().map(|status| Some(*status)));
        found_if(found, tasks)
    })
    .await
}

fn path(task: &Value) -> String {
    format!("/tasks/{}", task["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn several_messages_open_one_task() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let clara = stack.person("clinician-a").await;
    let conversation = Conversation::asked_by(&ana).await;
    for text in ["Hello?", "Is anybody there?", "It is about my potassium."] {
        conversation.say(&ana, text).await;
    }
    let tasks = tasks_soon(&conversation, &clara, &["requested"]).await;
    assert!(tasks[0]["openedByNumber"].as_u64().is_some_and(|number| (1..=4).contains(&number)), "{tasks:#?}");
    // The closing comes last in the stream: once it has completed the task, no other can follow.
    conversation.set(&clara, "closed").await;
    tasks_soon(&conversation, &clara, &["completed"]).await;
}

#[tokio::test]
async fn a_task_ticked_first_stays_done_and_the_next_question_opens_another() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let clara = stack.person("clinician-a").await;
    let carl = stack.person("clinician-b").await;
    let conversation = Conversation::asked_by(&ana).await;
    let first = tasks_soon(&conversation, &clara, &["requested"]).await.remove(0);

    let ticked = clara.put(&path(&first), &json!({"status": "completed"})).await.expect(200);
    assert_eq!(ticked.get("answeredByNumber"), None, "nobody answered: {ticked}");
    assert_eq!((&ticked["status"], &ticked["completedBy"]["userId"]), (&json!("completed"), &json!("clinician-a")));
    assert_eq!(clara.put(&path(&first), &json!({"status": "completed"})).await.expect(200), ticked, "again");
    carl.put(&path(&first), &json!({"status": "requested"})).await.problem(409, "task-completed");
    let seen = conversation.seen_by(&ana).await;
    assert_eq!(seen["status"], "open");
    assert!(seen["awaitingReplySince"].is_string(), "ticking is no answer");

    conversation.say(&ana, "One more question.").await;
    let tasks = tasks_soon(&conversation, &clara, &["completed", "requested"]).await;
    assert_eq!(tasks[1]["openedByNumber"], 2);
    conversation.set(&carl, "closed").await;
    let tasks = tasks_soon(&conversation, &clara, &["completed", "completed"]).await;
    assert_eq!(tasks[0]["completedBy"]["userId"], "clinician-a");
    assert_eq!(tasks[1]["completedBy"]["userId"], "clinician-b");
}

#[tokio::test]
async fn a_task_is_taken_handed_over_and_given_back() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let clara = stack.person("clinician-a").await;
    let conversation = Conversation::asked_by(&ben).await;
    let task = tasks_soon(&conversation, &clara, &["requested"]).await.remove(0);

    let taken = clara.put(&path(&task), &json!({"status": "in-progress"})).await.expect(200);
    assert_eq!((&taken["owner"], &taken["ownerName"]), (&json!("clinician-a"), &json!("Clara Clinician")));
    let handed = clara.put(&path(&task), &json!({"status": "in-progress", "owner": "clinician-b"})).await.expect(200);
    assert_eq!((&handed["owner"], handed.get("ownerName")), (&json!("clinician-b"), None));
    assert_eq!(tasks_soon(&conversation, &clara, &["in-progress"]).await[0]["owner"], "clinician-b");
    let carl = stack.person("clinician-b").await;
    for (person, owner, has) in
        [(&carl, "me", true), (&clara, "me", false), (&clara, "clinician-b", true), (&carl, "nobody", false)]
    {
        let listed = person.all(&format!("/tasks?status=in-progress&owner={owner}&limit=2")).await;
        assert_eq!(listed.iter().any(|listed| listed["id"] == task["id"]), has, "{owner}: {listed:#?}");
        let owners = if owner == "me" { if has { "clinician-b" } else { "clinician-a" } } else { owner };
        assert!(listed.iter().all(|listed| listed["owner"] == owners), "{listed:#?}");
    }
    clara.get("/tasks?owner=").await.refusal(400, "malformed-request", "?owner");

    // It is the conversation's one open task, whoever has it.
    conversation.say(&ben, "Hello?").await;
    let back = clara.put(&path(&task), &json!({"status": "requested"})).await.expect(200);
    assert_eq!((&back["status"], back.get("owner")), (&json!("requested"), None));
    conversation.set(&clara, "closed").await;
    tasks_soon(&conversation, &clara, &["completed"]).await;
}

#[tokio::test]
async fn a_completed_task_says_who_and_with_which_message_it_was_answered() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let clara = stack.person("clinician-a").await;
    let conversation = Conversation::asked_by(&ana).await;
    let first = tasks_soon(&conversation, &clara, &["requested"]).await.remove(0);
    let answer = conversation.say(&clara, "It is within the range.").await;
    conversation.say(&ana, "Thank you!").await;
    let done = clara.put(&path(&first), &json!({"status": "completed"})).await.expect(200);
    assert_eq!((&done["answeredByNumber"], &done["completedBy"]["userId"]), (&answer["number"], &json!("clinician-a")));
    conversation.say(&ana, "One more question.").await;
    assert_eq!(tasks_soon(&conversation, &clara, &["completed", "requested"]).await[0], done, "and keeps saying it");

    // Completed by the closing: by whoever closed, with the last answer.
    let carl = stack.person("clinician-b").await;
    let answer = conversation.say(&carl, "You are welcome.").await;
    conversation.set(&clara, "closed").await;
    let tasks = tasks_soon(&conversation, &clara, &["completed", "completed"]).await;
    assert_eq!(tasks[1]["answeredByNumber"], answer["number"], "{tasks:#?}");
    assert_eq!(tasks[1]["completedBy"]["userId"], "clinician-a");
}

#[tokio::test]
async fn the_tasklist_shows_the_oldest_first_page_by_page() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let clara = stack.person("clinician-a").await;
    let mut conversations = Vec::new();
    for _ in 0..3 {
        let conversation = Conversation::asked_by(&ana).await;
        tasks_soon(&conversation, &clara, &["requested"]).await;
        conversations.push(conversation);
    }
    let list = clara.all("/tasks?status=requested&limit=2").await;
    let listed: Vec<&Value> = list.iter().map(|task| &task["conversationId"]).collect();
    let places = conversations.iter().map(|conversation| {
        let places: Vec<usize> = (0..listed.len()).filter(|place| *listed[*place] == *conversation.id).collect();
        assert_eq!(places.len(), 1, "each once: {listed:#?}");
        places[0]
    });
    assert!(places.collect::<Vec<_>>().is_sorted(), "{listed:#?}");
    assert!(list.iter().all(|task| task["status"] == "requested" && task["pool"] == "clinic"), "{list:#?}");

    let elsewhere = clara.get("/tasks?pool=tests-have-no-such-pool").await.expect(200);
    assert_eq!(elsewhere, json!({"items": [], "nextCursor": null}));
    for conversation in &conversations {
        conversation.set(&clara, "closed").await;
        tasks_soon(conversation, &clara, &["completed"]).await;
    }
}
