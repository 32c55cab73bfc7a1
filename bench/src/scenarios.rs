//! What is measured: events for every function, and the world that they meet. A function without a scenario here is
//! measured with its first sample event.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use domain::conversation::Conversation;
use domain::ids::ConversationId;
use domain::person::Side;
use serde_json::{Value, json};
use shared::store::{RawItem, RawRecord, schema};
use testkit::photo::phone_photo;

use crate::functions::Functions;
use crate::world::{LONG_TEXT, PATIENT, SHORT_TEXT, World, new_id};

/// Names of the scenarios that bounds and costs are about: the function, and what distinguishes the scenario.
pub(crate) const SEND: &str = "send-message: 1 KB";
pub(crate) const SEND_SHORT: &str = "send-message: short";
pub(crate) const LIST: &str = "list-conversations: 25 of 30";
pub(crate) const OPEN: &str = "list-messages: 50 messages of 1 KB";
pub(crate) const OPEN_SHORT: &str = "list-messages: 50 short messages";
pub(crate) const MARK_READ: &str = "mark-read";
/// The stream's functions, each with the same batches.
pub(crate) const CONSUMERS: [&str; 2] = ["project-changes", "notify"];
pub(crate) const QUESTIONS: &str = "questions in 5 conversations, batch of 10";
pub(crate) const REPLIES: &str = "replies in 5 conversations, batch of 10";
pub(crate) const POISON: &str = "project-changes: one poison record, batch of 10";

/// An upload's event.
const UPLOAD: &str = include_str!("../../events/inspect-attachment/photo.json");

/// Events for one function. All but the last warm it up; the last one is measured.
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) events: Vec<Value>,
    /// Records of the table's stream in each event; 0 for routes.
    pub(crate) records: usize,
}

/// The function that a scenario is about.
pub(crate) fn function(name: &str) -> &str {
    name.split(':').next().unwrap_or(name)
}

/// Makes scenarios in a world.
struct Maker<'a> {
    world: &'a World,
    made: Vec<Scenario>,
}

/// All scenarios, one or more for every function. The samples come first: no other request has changed anything yet.
pub(crate) fn all(world: &World) -> Result<Vec<Scenario>> {
    let mut maker = Maker { world, made: Vec::new() };
    maker.configuration()?;
    maker.people()?;
    maker.conversations()?;
    maker.attachments()?;
    maker.chart()?;
    maker.stream()?;
    let mut scenarios = samples(world, &maker.made)?;
    scenarios.append(&mut maker.made);
    Ok(scenarios)
}

/// A scenario of every function that has none of these.
fn samples(world: &World, scenarios: &[Scenario]) -> Result<Vec<Scenario>> {
    let mut made = Vec::new();
    for name in Functions::read()?.names() {
        if scenarios.iter().all(|scenario| function(&scenario.name) != name) {
            let folder =
                fs::read_dir(format!("events/{name}")).with_context(|| format!("{name} has no sample event"))?;
            let mut files: Vec<PathBuf> = folder.map(|file| Ok(file?.path())).collect::<Result<_>>()?;
            files.sort();
            let event = world.sample(&fs::read_to_string(files.first().context("no sample event")?)?)?;
            made.push(Scenario { name: name.to_owned(), events: vec![event.clone(), event], records: 0 });
        }
    }
    Ok(made)
}

/// A request to send a message.
pub(crate) fn send(world: &World, account: &str, id: ConversationId, text: &str) -> Result<Value> {
    world.request("send-message", account, &[&id.to_string()], &json!({"id": new_id(), "text": text}))
}

/// A request for a conversation's messages.
pub(crate) fn open(world: &World, account: &str, id: ConversationId) -> Result<Value> {
    world.request("list-messages", account, &[&id.to_string()], &Value::Null)
}

/// A request for a patient's conversations.
pub(crate) fn list(world: &World, account: &str, patient: &str) -> Result<Value> {
    world.request("list-conversations", account, &[patient], &Value::Null)
}

/// A request to mark a conversation read.
pub(crate) fn mark_read(world: &World, account: &str, id: ConversationId, up_to: u64) -> Result<Value> {
    world.request(MARK_READ, account, &[&id.to_string()], &json!({ "upTo": up_to }))
}

fn with_query(mut event: Value, query: &str) -> Value {
    event["rawQueryString"] = query.into();
    event
}

impl Maker<'_> {
    fn add(&mut self, name: &str, events: impl Into<Vec<Value>>) {
        self.made.push(Scenario { name: name.to_owned(), events: events.into(), records: 0 });
    }

    /// Adds a scenario of a route that takes the same request twice.
    fn twice(&mut self, function: &str, account: &str, ids: &[&str], body: &Value) -> Result<()> {
        let event = self.world.request(function, account, ids, body)?;
        self.add(function, [event.clone(), event]);
        Ok(())
    }

    fn get(&mut self, function: &str, account: &str, ids: &[&str]) -> Result<()> {
        self.twice(function, account, ids, &Value::Null)
    }

    fn configuration(&mut self) -> Result<()> {
        let world = self.world;
        let settings = json!({
            "sendMessageLabel": "Write to us", "encounterType": "Results",
            "attachments": {"maxBytes": 5_242_880, "contentTypes": ["image/jpeg", "image/png"]},
            "tasking": {"enabled": true, "pool": "clinic"},
        });
        self.twice("put-settings", "admin", &[], &settings)?;
        let [kept, first, second] = [(); 3].map(|()| world.questionnaire());
        let (kept, first, second) = (kept?.to_string(), first?.to_string(), second?.to_string());
        self.get("get-questionnaire", "patient-a", &[&kept])?;
        let put = |title: &str| {
            let question = json!({"linkId": "question", "text": "Your question", "type": "text", "required": true});
            let form = json!({"title": title, "description": "For questions.", "items": [question]});
            world.request("put-questionnaire", "admin", &[&kept], &form)
        };
        self.add("put-questionnaire", [put("Ask about a result")?, put("Ask about a laboratory result")?]);
        let delete = |id: &str| world.request("delete-questionnaire", "admin", &[id], &Value::Null);
        self.add("delete-questionnaire", [delete(&first)?, delete(&second)?]);
        Ok(())
    }

    fn people(&mut self) -> Result<()> {
        let world = self.world;
        let put = |email: &str| world.request("put-notifications", "clinician-a", &[], &json!({ "email": email }));
        self.add("put-notifications", [put("clara@example.org")?, put("c@example.org")?]);
        self.get("get-notifications", "clinician-a", &[])?;
        let search = with_query(world.request("search-patients", "clinician-a", &[], &Value::Null)?, "q=ana");
        self.add("search-patients", [search.clone(), search]);
        self.get("get-patient", "patient-a", &[PATIENT])?;
        let patient = json!({"name": "Ana Patient", "birthDate": "1980-02-29", "recordNumber": "MRN-0001"});
        self.twice("put-patient", "admin", &[PATIENT], &patient)
    }

    fn conversations(&mut self) -> Result<()> {
        let world = self.world;
        for _ in 0..30 {
            let head = world.conversation(2, SHORT_TEXT)?;
            world.mark_read(&head, "patient-a")?;
            world.mark_read(&head, "clinician-a")?;
        }
        for (name, account) in [(LIST, "patient-a"), (&as_staff(LIST), "clinician-a")] {
            self.add(name, [list(world, account, PATIENT)?, list(world, account, PATIENT)?]);
        }
        let questionnaire = world.questionnaire()?;
        let answers = json!({"questionnaireId": questionnaire, "answers": [
            {"linkId": "result", "value": "Blood test"}, {"linkId": "question", "value": "Is my potassium too high?"},
        ]});
        self.twice("create-conversation", "patient-a", &[PATIENT], &answers)?;

        let id = world.conversation(4, SHORT_TEXT)?.id;
        let text_id = id.to_string();
        self.get("get-conversation", "patient-a", &[&text_id])?;
        let (long, short) = (world.conversation(50, LONG_TEXT)?.id, world.conversation(50, SHORT_TEXT)?.id);
        for (name, account, id) in
            [(OPEN, "patient-a", long), (&as_staff(OPEN), "clinician-a", long), (OPEN_SHORT, "patient-a", short)]
        {
            self.add(name, [open(world, account, id)?, open(world, account, id)?]);
        }
        for (name, account, text) in [
            (SEND, "patient-a", LONG_TEXT),
            (&as_staff(SEND), "clinician-a", LONG_TEXT),
            (SEND_SHORT, "patient-a", SHORT_TEXT),
        ] {
            self.add(name, [send(world, account, id, text)?, send(world, account, id, text)?]);
        }
        let set = |status: &str| {
            world.request("set-conversation-status", "patient-a", &[&text_id], &json!({ "status": status }))
        };
        self.add("set-conversation-status: close", [set("closed")?, set("open")?, set("closed")?]);
        self.add("set-conversation-status: reopen", [set("open")?, set("closed")?, set("open")?]);
        self.add(MARK_READ, [mark_read(world, "clinician-b", id, 1)?, mark_read(world, "clinician-b", id, 4)?]);
        let read = world.conversation(4, SHORT_TEXT)?;
        for account in ["clinician-a", "clinician-b"] {
            world.mark_read(&read, account)?;
        }
        let unread = |account| world.request("mark-unread", account, &[&read.id.to_string()], &Value::Null);
        self.add("mark-unread", [unread("clinician-a")?, unread("clinician-b")?]);
        Ok(())
    }

    fn attachments(&mut self) -> Result<()> {
        let world = self.world;
        let conversation = world.conversation(2, SHORT_TEXT)?;
        let id = conversation.id.to_string();
        let photo = json!({"contentType": "image/jpeg", "size": 4_000_000, "fileName": "IMG_0042.jpg"});
        self.twice("create-attachment", "patient-a", &[&id], &photo)?;
        let image = world.image(&conversation, None)?.to_string();
        self.get("get-attachment", "patient-a", &[&id, &image])?;
        let photo = phone_photo(640, 480, 6);
        let uploaded = || -> Result<Value> {
            let image = world.image(&conversation, Some(&photo))?;
            let mut event = world.sample(UPLOAD)?;
            let object = &mut event["Records"][0]["s3"]["object"];
            object["key"] = format!("uploads/{id}/{image}").into();
            object["size"] = photo.len().into();
            Ok(event)
        };
        self.add("inspect-attachment", [uploaded()?, uploaded()?]);
        Ok(())
    }

    fn chart(&mut self) -> Result<()> {
        let world = self.world;
        let encounter = world.conversation(1, SHORT_TEXT)?.encounter_id.to_string();
        self.get("list-encounters", "clinician-a", &[PATIENT])?;
        self.get("get-encounter", "clinician-a", &[&encounter])?;
        let order = json!({"text": "Potassium, fasting, within a week"});
        self.twice("create-order", "clinician-a", &[&encounter], &order)?;
        let document = json!({"title": "Laboratory report", "url": "https://records.example.org/reports/42"});
        self.twice("link-document", "clinician-a", &[&encounter], &document)?;
        let set = |function: &str, id: &str, status: &str| {
            world.request(function, "clinician-a", &[id], &json!({ "status": status }))
        };
        let function = "set-encounter-status";
        self.add(function, [set(function, &encounter, "finished")?, set(function, &encounter, "in-progress")?]);

        let mut tasks = Vec::new();
        for _ in 0..30 {
            tasks.push(world.task(&world.conversation(1, SHORT_TEXT)?)?.to_string());
        }
        let list = world.request("list-tasks", "clinician-a", &[], &Value::Null)?;
        let list = with_query(list, "pool=clinic&status=requested");
        self.add("list-tasks", [list.clone(), list]);
        for (name, status, tasks) in
            [("update-task: take", "in-progress", &tasks[..2]), ("update-task: complete", "completed", &tasks[2..4])]
        {
            self.add(name, [set("update-task", &tasks[0], status)?, set("update-task", &tasks[1], status)?]);
        }
        self.get("list-access-log", "patient-a", &[PATIENT])
    }

    /// Batches of 10 records of the table's stream.
    fn stream(&mut self) -> Result<()> {
        let world = self.world;
        let mut add = |name: String, events: [Value; 2]| {
            self.made.push(Scenario { name, events: events.into(), records: 10 });
        };
        for function in CONSUMERS {
            add(format!("{function}: {QUESTIONS}"), [messages(world, 5, 1)?, messages(world, 5, 1)?]);
            add(format!("{function}: {REPLIES}"), [messages(world, 5, 2)?, messages(world, 5, 2)?]);
        }
        let name = "project-changes: 5 messages in 1 conversation, batch of 10".to_owned();
        add(name, [five_in_one(world)?, five_in_one(world)?]);
        Ok(())
    }
}

/// The name of the same scenario for a clinician.
fn as_staff(name: &str) -> String {
    format!("{name}, as staff")
}

/// The stream's records of new conversations with so many messages each: of the head and the last message.
pub(crate) fn messages(world: &World, conversations: u32, messages: u32) -> Result<Value> {
    let mut records = Vec::new();
    for _ in 0..conversations {
        let head = world.conversation(messages, LONG_TEXT)?;
        records.extend(message(world, &head, head.last_number)?);
    }
    Ok(json!({ "Records": records }))
}

/// The stream's records of 5 messages, one after another in one conversation.
fn five_in_one(world: &World) -> Result<Value> {
    let head = world.conversation(5, LONG_TEXT)?;
    let mut records = Vec::new();
    for number in 1..=5 {
        records.extend(message(world, &head, number)?);
    }
    Ok(json!({ "Records": records }))
}

/// The stream's records of a new message: its conversation's head, and its entry.
fn message(world: &World, head: &Conversation, number: u64) -> Result<[Value; 2]> {
    let now = world.item(schema::head(head.id))?;
    let side = if number % 2 == 1 { Side::Patient } else { Side::Staff };
    let before = now.clone().with_last_number_of(side, number.saturating_sub(2)).with_last_number(number - 1);
    let entry = world.item(schema::entry(head.id, number))?;
    Ok([record(Some(&before), &now)?, record(None, &entry)?])
}

/// A record of the table's stream. All have the same place in it.
pub(crate) fn record(old: Option<&RawItem>, new: &RawItem) -> Result<Value> {
    Ok(serde_json::to_value(RawRecord::new(0, old, Some(new))?)?)
}
