//! What people do in a conversation, in their words.

use serde_json::{Value, json};

use crate::http::{Client, Reply};
use crate::ids::new_id;

/// A conversation's id, and the paths that begin with it.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// Its id.
    pub id: String,
    /// Its encounter's id.
    pub encounter_id: String,
}

impl Conversation {
    /// A conversation from what the API shows of it.
    pub fn of(shown: &Value) -> Self {
        let text = |name: &str| shown[name].as_str().unwrap_or_else(|| panic!("{name} in {shown}")).to_owned();
        Self { id: text("id"), encounter_id: text("encounterId") }
    }

    /// A patient begins one with the first questionnaire; its first message is theirs.
    pub async fn asked_by(patient: &Client) -> Self {
        Self::of(&ask(patient).await.expect(201))
    }

    /// A clinician begins one with a title; it has no message yet.
    pub async fn titled_by(clinician: &Client, patient_id: &str, title: &str) -> Self {
        let begun = clinician.post(&format!("/patients/{patient_id}/conversations"), &json!({"title": title})).await;
        Self::of(&begun.expect(201))
    }

    /// Its path.
    pub fn path(&self) -> String {
        format!("/conversations/{}", self.id)
    }

    /// The path of its messages.
    pub fn messages(&self) -> String {
        format!("{}/messages", self.path())
    }

    /// The path of its encounter.
    pub fn encounter(&self) -> String {
        format!("/encounters/{}", self.encounter_id)
    }

    /// As someone sees it.
    pub async fn seen_by(&self, person: &Client) -> Value {
        person.get(&self.path()).await.expect(200)
    }

    /// Someone sends a message.
    pub async fn send(&self, person: &Client, text: &str) -> Reply {
        person.post(&self.messages(), &message(text)).await
    }

    /// Someone sends a message, and it is stored.
    pub async fn say(&self, person: &Client, text: &str) -> Value {
        self.send(person, text).await.expect(201)
    }

    /// Someone closes or reopens it, and it is as they wish.
    pub async fn set(&self, person: &Client, status: &str) -> Value {
        let set = person.put(&format!("{}/status", self.path()), &json!({"status": status})).await.expect(200);
        assert_eq!(set["status"], status);
        set
    }

    /// All its entries, caught up with from the beginning.
    pub async fn entries(&self, person: &Client) -> Vec<Value> {
        let mut entries: Vec<Value> = Vec::new();
        loop {
            let last = entries.last().map_or(json!(0), |entry| entry["number"].clone());
            let path = format!("{}?after={last}&limit=100", self.messages());
            let mut page = person.get(&path).await.expect(200);
            entries.append(page["items"].as_array_mut().expect("items"));
            if page["nextCursor"].is_null() {
                return entries;
            }
        }
    }

    /// Its tasks on the tasklist.
    pub async fn tasks(&self, clinician: &Client) -> Vec<Value> {
        let tasks = clinician.all("/tasks?limit=100").await;
        tasks.into_iter().filter(|task| task["conversationId"] == *self.id).collect()
    }
}

/// A message with a new id.
pub fn message(text: &str) -> Value {
    json!({"id": new_id(), "text": text, "attachmentIds": []})
}

/// A patient begins a conversation with the first questionnaire.
pub async fn ask(patient: &Client) -> Reply {
    let me = patient.get("/me").await.expect(200);
    let path = format!("/patients/{}/conversations", me["patientId"].as_str().expect("a patient"));
    patient.post(&path, &answered_questionnaire(patient).await).await
}

/// The first questionnaire with every question answered.
pub async fn answered_questionnaire(patient: &Client) -> Value {
    let forms = patient.get("/questionnaires").await.expect(200);
    let form = &forms["items"][0];
    let answers = form["items"].as_array().expect("the stack has a questionnaire").iter().map(|question| {
        let value = match question["type"].as_str() {
            Some("boolean") => json!(true),
            Some("choice") => question["options"][0].clone(),
            _ => json!("Is my potassium too high?"),
        };
        json!({"linkId": question["linkId"], "value": value})
    });
    json!({"questionnaireId": form["id"], "answers": answers.collect::<Vec<_>>()})
}
