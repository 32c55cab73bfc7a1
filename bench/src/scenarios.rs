//! What is measured: for every function, events and the world that they find; each scenario in its words.

use anyhow::Result;
use domain::conversation::Conversation;
use domain::ids::ConversationId;
use serde_json::{Value, json};

use crate::photo;
use crate::world::{LETTER, NOTE, PATIENT, World, new_id};

/// Events for one function. All but the last make it warm; the last one's figures count.
pub(crate) struct Scenario {
    /// Its name in results: the function, and what sets it apart from the function's other scenarios.
    pub(crate) name: String,
    /// The function's binary.
    pub(crate) function: &'static str,
    pub(crate) events: Vec<Value>,
    /// Records of the table's stream in each event; 0 for routes.
    pub(crate) records: usize,
}

/// A route: its function, its method and its path.
type Route = (&'static str, (&'static str, &'static str));

/// The routes that have scenarios.
pub(crate) mod routes {
    use super::Route;

    pub(crate) const SEND: Route = ("send-message", ("POST", "/conversations/{conversationId}/messages"));
    pub(crate) const LIST: Route = ("list-conversations", ("GET", "/patients/{patientId}/conversations"));
    pub(crate) const OPEN: Route = ("list-messages", ("GET", "/conversations/{conversationId}/messages"));
    pub(crate) const MARK_READ: Route = ("mark-read", ("PUT", "/conversations/{conversationId}/read"));
}

/// Makes scenarios in a world.
struct Maker<'a> {
    world: &'a World,
    made: Vec<Scenario>,
}

/// All scenarios, one or more for every function.
pub(crate) fn all(world: &World) -> Result<Vec<Scenario>> {
    let mut maker = Maker { world, made: Vec::new() };
    maker.public()?;
    maker.configuration()?;
    maker.people()?;
    maker.conversations()?;
    maker.images()?;
    maker.chart()?;
    maker.stream()?;
    Ok(maker.made)
}

/// A request to send a letter of 1 KB.
pub(crate) fn send(world: &World, account: &str, id: ConversationId, text: &str) -> Result<Value> {
    let body = json!({"id": new_id(), "text": text});
    world.request(Some(account), routes::SEND.1, &[("conversationId", &id.to_string())], "", &body)
}

/// A request to open a chat.
pub(crate) fn open(world: &World, account: &str, id: ConversationId) -> Result<Value> {
    world.request(Some(account), routes::OPEN.1, &[("conversationId", &id.to_string())], "", &Value::Null)
}

/// A request for a patient's chats.
pub(crate) fn list(world: &World, account: &str, patient: &str) -> Result<Value> {
    world.request(Some(account), routes::LIST.1, &[("patientId", patient)], "", &Value::Null)
}

/// A request to mark a chat read.
pub(crate) fn mark_read(world: &World, account: &str, id: ConversationId, up_to: u64) -> Result<Value> {
    let (body, id) = (json!({ "upTo": up_to }), id.to_string());
    world.request(Some(account), routes::MARK_READ.1, &[("conversationId", &id)], "", &body)
}

impl Maker<'_> {
    fn add(&mut self, function: &'static str, what: &str, events: Vec<Value>) {
        let name = if what.is_empty() { function.to_owned() } else { format!("{function}: {what}") };
        self.made.push(Scenario { name, function, events, records: 0 });
    }

    /// Adds a scenario of a route whose second request finds the function warm.
    fn ask(
        &mut self,
        (function, route): Route,
        account: &str,
        parameters: &[(&str, &str)],
        query: &str,
        bodies: [&Value; 2],
    ) -> Result<()> {
        let account = (!account.is_empty()).then_some(account);
        let ask = |body| self.world.request(account, route, parameters, query, body);
        let events = vec![ask(bodies[0])?, ask(bodies[1])?];
        self.add(function, "", events);
        Ok(())
    }

    /// The same with a body that may be sent twice.
    fn get(&mut self, route: Route, account: &str, parameters: &[(&str, &str)], query: &str) -> Result<()> {
        self.ask(route, account, parameters, query, [&Value::Null; 2])
    }

    fn public(&mut self) -> Result<()> {
        self.get(("get-health", ("GET", "/health")), "", &[], "")?;
        self.get(("get-openapi", ("GET", "/openapi.json")), "", &[], "")?;
        self.get(("refuse-route", ("GET", "/nowhere")), "", &[], "")?;
        let signs_in: Value = serde_json::from_str(include_str!("../../events/add-claims/patient.json"))?;
        self.add("add-claims", "", vec![signs_in.clone(), signs_in]);
        Ok(())
    }

    fn configuration(&mut self) -> Result<()> {
        let settings = json!({
            "sendMessageLabel": "Write to us", "encounterType": "Results",
            "attachments": {"maxBytes": 5_242_880, "contentTypes": ["image/jpeg", "image/png"]},
            "tasking": {"enabled": true, "pool": "clinic"},
        });
        self.get(("get-settings", ("GET", "/settings")), "patient-a", &[], "")?;
        self.ask(("put-settings", ("PUT", "/settings")), "admin", &[], "", [&settings; 2])?;
        let [kept, first, second] = [(); 3].map(|()| self.world.questionnaire());
        let (kept, first, second) = (kept?.to_string(), first?.to_string(), second?.to_string());
        self.get(("list-questionnaires", ("GET", "/questionnaires")), "patient-a", &[], "")?;
        let (one, path) = ([("questionnaireId", kept.as_str())], "/questionnaires/{questionnaireId}");
        self.get(("get-questionnaire", ("GET", path)), "patient-a", &one, "")?;
        let form = |title: &str| {
            let question = json!({"linkId": "question", "text": "Your question", "type": "text", "required": true});
            json!({"title": title, "description": "For questions.", "items": [question]})
        };
        let forms = [&form("Ask about a result"), &form("Ask about a laboratory result")];
        self.ask(("put-questionnaire", ("PUT", path)), "admin", &one, "", forms)?;
        let remove = |id: &str| {
            self.world.request(Some("admin"), ("DELETE", path), &[("questionnaireId", id)], "", &Value::Null)
        };
        let events = vec![remove(&first)?, remove(&second)?];
        self.add("delete-questionnaire", "", events);
        Ok(())
    }

    fn people(&mut self) -> Result<()> {
        self.get(("get-me", ("GET", "/me")), "patient-a", &[], "")?;
        let contact = ("/me/notifications", "clinician-a");
        let addresses = [json!({"email": "clara@example.org"}), json!({"email": "c@example.org"})];
        let route = ("put-notifications", ("PUT", contact.0));
        self.ask(route, contact.1, &[], "", [&addresses[0], &addresses[1]])?;
        self.get(("get-notifications", ("GET", contact.0)), contact.1, &[], "")?;
        self.get(("search-patients", ("GET", "/patients")), "clinician-a", &[], "q=ana")?;
        let one = [("patientId", PATIENT)];
        self.get(("get-patient", ("GET", "/patients/{patientId}")), "patient-a", &one, "")?;
        let feed = json!({"name": "Ana Patient", "birthDate": "1980-02-29", "recordNumber": "MRN-0001"});
        self.ask(("put-patient", ("PUT", "/patients/{patientId}")), "admin", &one, "", [&feed; 2])
    }

    fn conversations(&mut self) -> Result<()> {
        let world = self.world;
        for _ in 0..30 {
            let head = world.conversation(2, NOTE)?;
            world.read(&head, "patient-a")?;
            world.read(&head, "clinician-a")?;
        }
        for (account, what) in [("patient-a", "25 of 30"), ("clinician-a", "25 of 30, as staff")] {
            self.add("list-conversations", what, vec![list(world, account, PATIENT)?, list(world, account, PATIENT)?]);
        }
        let questionnaire = world.questionnaire()?;
        let answers = json!({"questionnaireId": questionnaire, "answers": [
            {"linkId": "result", "value": "Blood test"}, {"linkId": "question", "value": "Is my potassium too high?"},
        ]});
        let create = ("create-conversation", ("POST", routes::LIST.1.1));
        self.ask(create, "patient-a", &[("patientId", PATIENT)], "", [&answers; 2])?;

        let chat = world.conversation(4, NOTE)?;
        let one = chat.id.to_string();
        let one = [("conversationId", one.as_str())];
        self.get(("get-conversation", ("GET", "/conversations/{conversationId}")), "patient-a", &one, "")?;
        let (letters, notes) = (world.conversation(50, LETTER)?, world.conversation(50, NOTE)?);
        for (what, account, chat) in [
            ("50 letters of 1 KB", "patient-a", &letters),
            ("50 letters of 1 KB, as staff", "clinician-a", &letters),
            ("50 short entries", "patient-a", &notes),
        ] {
            self.add("list-messages", what, vec![open(world, account, chat.id)?, open(world, account, chat.id)?]);
        }
        for (what, account, text) in
            [("1 KB", "patient-a", LETTER), ("1 KB, as staff", "clinician-a", LETTER), ("short", "patient-a", NOTE)]
        {
            let events = vec![send(world, account, chat.id, text)?, send(world, account, chat.id, text)?];
            self.add("send-message", what, events);
        }
        let status = ("PUT", "/conversations/{conversationId}/status");
        let set = |status_is: &str| world.request(Some("patient-a"), status, &one, "", &json!({ "status": status_is }));
        let events = vec![set("closed")?, set("open")?, set("closed")?];
        self.add("set-conversation-status", "close", events);
        self.add("set-conversation-status", "reopen", vec![set("open")?, set("closed")?, set("open")?]);
        let events = vec![mark_read(world, "clinician-b", chat.id, 1)?, mark_read(world, "clinician-b", chat.id, 4)?];
        self.add("mark-read", "", events);
        let chat = world.conversation(4, NOTE)?;
        let one = chat.id.to_string();
        let (unread, one) = (("DELETE", routes::MARK_READ.1.1), [("conversationId", one.as_str())]);
        for account in ["clinician-a", "clinician-b"] {
            world.read(&chat, account)?;
        }
        let unread = |account| world.request(Some(account), unread, &one, "", &Value::Null);
        let events = vec![unread("clinician-a")?, unread("clinician-b")?];
        self.add("mark-unread", "", events);
        Ok(())
    }

    fn images(&mut self) -> Result<()> {
        let world = self.world;
        let chat = world.conversation(2, NOTE)?;
        let id = chat.id.to_string();
        let photo = json!({"contentType": "image/jpeg", "size": 4_000_000, "fileName": "IMG_0042.jpg"});
        let create = ("create-attachment", ("POST", "/conversations/{conversationId}/attachments"));
        self.ask(create, "patient-a", &[("conversationId", &id)], "", [&photo; 2])?;
        let image = world.image(&chat, None)?.to_string();
        let path = "/conversations/{conversationId}/attachments/{attachmentId}";
        let parameters = [("conversationId", id.as_str()), ("attachmentId", image.as_str())];
        self.get(("get-attachment", ("GET", path)), "patient-a", &parameters, "")?;
        let photo = photo::phone_photo(640, 480, 6);
        let uploaded = || -> Result<Value> {
            let image = world.image(&chat, Some(&photo))?;
            Ok(json!({"Records": [{
                "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1",
                "eventTime": "2026-11-22T09:00:00.000Z", "eventName": "ObjectCreated:Put",
                "userIdentity": {"principalId": "EXAMPLE"}, "requestParameters": {"sourceIPAddress": "203.0.113.7"},
                "responseElements": {"x-amz-request-id": "EXAMPLE", "x-amz-id-2": "EXAMPLE"},
                "s3": {
                    "s3SchemaVersion": "1.0", "configurationId": "uploads",
                    "bucket": {"name": world.bucket_name, "ownerIdentity": {"principalId": "EXAMPLE"},
                        "arn": format!("arn:aws:s3:::{}", world.bucket_name)},
                    "object": {"key": format!("uploads/{}/{image}", chat.id), "size": photo.len(),
                        "eTag": "00000000000000000000000000000000", "sequencer": "00000000000000001"},
                },
            }]}))
        };
        let events = vec![uploaded()?, uploaded()?];
        self.add("inspect-attachment", "", events);
        Ok(())
    }

    fn chart(&mut self) -> Result<()> {
        let world = self.world;
        let chat = world.conversation(1, NOTE)?;
        let encounter = chat.encounter_id.to_string();
        let one = [("encounterId", encounter.as_str())];
        let path = "/patients/{patientId}/encounters";
        self.get(("list-encounters", ("GET", path)), "clinician-a", &[("patientId", PATIENT)], "")?;
        self.get(("get-encounter", ("GET", "/encounters/{encounterId}")), "clinician-a", &one, "")?;
        let order = json!({"text": "Potassium, fasting, within a week"});
        let orders = ("create-order", ("POST", "/encounters/{encounterId}/orders"));
        self.ask(orders, "clinician-a", &one, "", [&order; 2])?;
        let document = json!({"title": "Laboratory report", "url": "https://records.example.org/reports/42"});
        let documents = ("link-document", ("POST", "/encounters/{encounterId}/documents"));
        self.ask(documents, "clinician-a", &one, "", [&document; 2])?;
        let bodies = ["finished", "in-progress"].map(|status| json!({ "status": status }));
        let status = ("set-encounter-status", ("PUT", "/encounters/{encounterId}/status"));
        self.ask(status, "clinician-a", &one, "", [&bodies[0], &bodies[1]])?;

        let mut tasks = Vec::new();
        for _ in 0..30 {
            tasks.push(world.task(&world.conversation(1, NOTE)?)?.to_string());
        }
        self.get(("list-tasks", ("GET", "/tasks")), "clinician-a", &[], "pool=clinic&status=requested")?;
        let update = |task: &str, status: &str| {
            let one = [("taskId", task)];
            world.request(Some("clinician-a"), ("PUT", "/tasks/{taskId}"), &one, "", &json!({ "status": status }))
        };
        for (what, status, [first, second]) in [("take", "in-progress", [0, 1]), ("complete", "completed", [2, 3])] {
            let events = vec![update(&tasks[first], status)?, update(&tasks[second], status)?];
            self.add("update-task", what, events);
        }
        let path = "/patients/{patientId}/access-log";
        self.get(("list-access-log", ("GET", path)), "patient-a", &[("patientId", PATIENT)], "")
    }

    /// Batches of 10 records, as the table's stream would bring them.
    fn stream(&mut self) -> Result<()> {
        let (function, records) = ("project-changes", 10);
        let five = |by: u32| -> Result<Value> { asked(self.world, 5, by) };
        let (questions, answers) = (vec![five(1)?, five(1)?], vec![five(2)?, five(2)?]);
        let name = |function: &str, what: &str| format!("{function}: {what}");
        let (asked_in_5, answered_in_5) = ("questions in 5 chats, batch of 10", "answers in 5 chats, batch of 10");
        let in_one = vec![five_in_one(self.world)?, five_in_one(self.world)?];
        let said_in_1 = "5 messages in 1 chat, batch of 10";
        for (what, events) in [(asked_in_5, questions), (answered_in_5, answers), (said_in_1, in_one)] {
            self.made.push(Scenario { name: name(function, what), function, events, records });
        }
        let function = "notify";
        for (what, entries) in [(asked_in_5, 1), (answered_in_5, 2)] {
            let events = vec![asked(self.world, 5, entries)?, asked(self.world, 5, entries)?];
            self.made.push(Scenario { name: name(function, what), function, events, records });
        }
        Ok(())
    }
}

/// What `entries` new entries in each of so many new chats bring in the stream: the head and the last entry.
pub(crate) fn asked(world: &World, chats: u32, entries: u32) -> Result<Value> {
    let mut records = Vec::new();
    for _ in 0..chats {
        let head = world.conversation(entries, LETTER)?;
        records.extend(changed(world, &head, head.last_number)?);
    }
    Ok(json!({ "Records": records }))
}

/// What 5 messages, one after another in one chat, bring in the stream.
fn five_in_one(world: &World) -> Result<Value> {
    let head = world.conversation(5, LETTER)?;
    let mut records = Vec::new();
    for number in 1..=5 {
        records.extend(changed(world, &head, number)?);
    }
    Ok(json!({ "Records": records }))
}

/// The records of a new message: its chat's head and its entry.
fn changed(world: &World, head: &Conversation, number: u64) -> Result<[Value; 2]> {
    let pk = format!("CONV#{}", head.id);
    let now = world.item(&pk, "HEAD")?;
    let mut before = now.clone();
    let side = if number % 2 == 1 { "lastPatient" } else { "lastStaff" };
    before[side] = json!({"N": number.saturating_sub(2).to_string()});
    before["lastNumber"] = json!({"N": (number - 1).to_string()});
    let sk = format!("E#{number:010}");
    let entry = world.item(&pk, &sk)?;
    Ok([record(&pk, "HEAD", "MODIFY", &now, Some(&before)), record(&pk, &sk, "INSERT", &entry, None)])
}

/// A record of the table's stream.
pub(crate) fn record(pk: &str, sk: &str, kind: &str, new: &Value, old: Option<&Value>) -> Value {
    let mut change = json!({
        "ApproximateCreationDateTime": 1_795_338_000,
        "Keys": {"pk": {"S": pk}, "sk": {"S": sk}},
        "NewImage": new, "SequenceNumber": "100000000000000000001", "SizeBytes": 900,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    if let Some(old) = old {
        change["OldImage"] = old.clone();
    }
    json!({
        "awsRegion": "us-east-1", "dynamodb": change, "eventID": "00000000000000000000000000000001",
        "eventName": kind, "eventSource": "aws:dynamodb", "eventVersion": "1.1",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/example/stream/2026-11-22T09:00:00.000",
    })
}
