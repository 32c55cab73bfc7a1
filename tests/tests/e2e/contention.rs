//! Many people in one conversation at once, while it is closed and reopened under their hands.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use serde_json::{Value, json};
use tests::conversation::{Conversation, message};
use tests::eventually::{IN_TIME, eventually};
use tests::http::Client;
use tests::stack::Stack;

const SENDERS: usize = 16;
const MESSAGES: usize = 50;

/// What the senders have seen so far.
#[derive(Default)]
struct Tally {
    stored: AtomicUsize,
    closed: AtomicUsize,
    busy: AtomicUsize,
    done: AtomicUsize,
}

impl Tally {
    fn count(counter: &AtomicUsize) -> usize {
        counter.load(Ordering::Relaxed)
    }

    fn all_done(&self) -> bool {
        Self::count(&self.done) == SENDERS
    }

    /// Waits until a counter has grown, or the senders are done.
    async fn grows(&self, what: &str, counter: &AtomicUsize, by: usize) {
        let goal = Self::count(counter) + by;
        eventually(what, IN_TIME, async || {
            let reached = Self::count(counter) >= goal || self.all_done();
            if reached { Ok(()) } else { Err(format!("{} of {goal}", Self::count(counter))) }
        })
        .await;
    }
}

/// Sends its messages, each once; gives the ids of those that were stored.
async fn sender(conversation: &Conversation, person: &Client, tally: &Tally) -> Vec<String> {
    let mut stored = Vec::new();
    for number in 0..MESSAGES {
        let message = message(&format!("message {number}"));
        let reply = person.post(&conversation.messages(), &message).await;
        let counter = match reply.status {
            201 => {
                assert_eq!(reply.expect(201)["id"], message["id"]);
                stored.push(message["id"].as_str().expect("an id").to_owned());
                &tally.stored
            }
            409 => {
                reply.problem(409, "conversation-closed");
                &tally.closed
            }
            _ => {
                reply.problem(503, "busy");
                assert_eq!(reply.header("retry-after"), "1");
                &tally.busy
            }
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
    tally.done.fetch_add(1, Ordering::Relaxed);
    stored
}

/// Closes until someone was refused, reopens until some messages went through, until the senders are done.
async fn closer(conversation: &Conversation, person: &Client, tally: &Tally) -> usize {
    let mut closings = 0;
    while !tally.all_done() {
        closings += 1;
        set(conversation, person, "closed").await;
        tally.grows("a message meets the closed conversation", &tally.closed, 1).await;
        set(conversation, person, "open").await;
        tally.grows("messages go through again", &tally.stored, 20).await;
    }
    closings
}

/// Closes or reopens; where others are faster all the time, asks again as the answer says.
async fn set(conversation: &Conversation, person: &Client, status: &str) {
    let path = format!("{}/status", conversation.path());
    eventually(&format!("the conversation is {status}"), IN_TIME, async || {
        let reply = person.put(&path, &json!({"status": status})).await;
        match reply.status {
            200 => Ok(()),
            _ => Err(reply.problem(503, "busy").to_string()),
        }
    })
    .await;
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "how the contention went is worth knowing, with --nocapture")]
async fn sixteen_senders_and_one_who_closes_and_reopens() {
    let stack = Stack::alone().await;
    let people =
        [stack.person("patient-a").await, stack.person("clinician-a").await, stack.person("clinician-b").await];
    let conversation = Conversation::asked_by(&people[0]).await;
    let tally = Tally::default();
    let senders = join_all((0..SENDERS).map(|index| sender(&conversation, &people[index % people.len()], &tally)));
    let (stored, closings) = tokio::join!(senders, closer(&conversation, &people[1], &tally));
    let stored: Vec<String> = stored.into_iter().flatten().collect();
    println!(
        "{} stored, {} refused as closed, {} as busy; closed {closings} times",
        stored.len(),
        Tally::count(&tally.closed),
        Tally::count(&tally.busy)
    );
    assert_eq!(stored.len() + Tally::count(&tally.closed) + Tally::count(&tally.busy), SENDERS * MESSAGES);

    // Numbers have no gaps, and no message stands between a closing and the next reopening.
    let entries = conversation.entries(&people[0]).await;
    let mut open = true;
    for (entry, number) in entries.iter().zip(1..) {
        assert_eq!(entry["number"], number, "{entry}");
        match entry["status"].as_str() {
            Some(status) => {
                assert_ne!(status == "open", open, "entry {number} repeats a status");
                open = status == "open";
            }
            None => assert!(open, "entry {number} stands in the closed conversation"),
        }
    }
    assert_eq!(conversation.seen_by(&people[0]).await["lastNumber"], entries.len());
    let closed_entries = entries.iter().filter(|entry| entry["status"] == "closed").count();
    assert_eq!(closed_entries, closings);

    // Every 201 is stored, once; every other answer stored nothing. The first message is the questionnaire's.
    let ids: Vec<&Value> = entries.iter().skip(1).map(|entry| &entry["id"]).filter(|id| !id.is_null()).collect();
    assert_eq!(ids.len(), stored.len());
    let ids: HashSet<&str> = ids.into_iter().filter_map(Value::as_str).collect();
    assert_eq!(ids, stored.iter().map(String::as_str).collect());

    // Both happened, or the test shows nothing.
    assert!(!stored.is_empty() && Tally::count(&tally.closed) > 0 && closings > 0);
    set(&conversation, &people[1], "closed").await;
}
