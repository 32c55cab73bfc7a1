//! The demo's settings, questionnaires, patients and first conversations, from `xtask/seed.json`.
//!
//! What only an administrator's feed writes goes straight to the table, by the program of `operations/`; conversations are
//! held over the HTTP API by the demo accounts. Doing it again changes nothing: everything has an id of its own.

use std::{collections::HashMap, fs};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use ureq::Agent;

use crate::{
    stack::{accounts::Accounts, openid, operations::Target, running::Stack},
    tool::{
        exec, http, interrupt,
        paths::{self, State},
        progress::Step,
    },
};

/// `xtask/seed.json`.
#[derive(Debug, Deserialize)]
struct Seed {
    settings: Value,
    questionnaires: Vec<Value>,
    patients: Vec<Patient>,
    conversations: Vec<Conversation>,
}

/// What the record system knows of an account's patient; id and name are the account's.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patient {
    account: String,
    birth_date: String,
    record_number: String,
}

#[derive(Debug, Deserialize)]
struct Conversation {
    patient: String,
    begin: Said,
    then: Vec<Said>,
}

/// What somebody does; what is not `by` is the request's body.
#[derive(Debug, Deserialize)]
struct Said {
    by: String,
    #[serde(flatten)]
    body: Body,
}

/// A request's JSON.
type Body = serde_json::Map<String, Value>;

impl Seed {
    fn read() -> Result<Self> {
        let path = paths::root().join("xtask/seed.json");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", paths::shown(&path)))?;
        serde_json::from_str(&text).with_context(|| format!("{} is damaged", paths::shown(&path)))
    }

    /// What the program that writes them reads.
    fn records(&self, accounts: &Accounts) -> Result<Value> {
        let patients = self.patients.iter().map(|patient| {
            let account = accounts.expect(&patient.account)?;
            Ok(json!({
                "id": account.patient_id,
                "name": account.name,
                "birthDate": patient.birth_date,
                "recordNumber": patient.record_number,
            }))
        });
        Ok(json!({
            "settings": self.settings,
            "questionnaires": self.questionnaires,
            "patients": patients.collect::<Result<Vec<_>>>()?,
        }))
    }
}

/// Seeds a stack.
pub(crate) fn seed(state: &State, stack: &Stack) -> Result<()> {
    let seed = Seed::read()?;
    let records = seed.records(&Accounts::read()?)?;
    write_records(state, stack, &records)?;
    hold_conversations(stack, &seed.conversations)
}

/// Writes what has no route of its own, or one for administrators only.
fn write_records(state: &State, stack: &Stack, records: &Value) -> Result<()> {
    let mut command = Target::running(stack).command(&["seed"])?;
    exec::fed("Writing settings, questionnaires and patients", &mut command, &records.to_string(), &state.log("seed")?)
}

/// Lets the demo accounts talk, unless patient-a has a conversation.
fn hold_conversations(stack: &Stack, conversations: &[Conversation]) -> Result<()> {
    let api = Api { client: http::client(), stack };
    let mut tokens = Tokens::default();
    let mut step = Step::begin("Holding the demo conversations");
    let patient = patient_of(stack, "patient-a")?;
    let known = api.get(&tokens.of(stack, "patient-a")?, &format!("/patients/{patient}/conversations?limit=1"))?;
    if known["items"].as_array().is_some_and(|items| !items.is_empty()) {
        step.done();
        return Ok(());
    }
    let mut ids = Ids::default();
    for conversation in conversations {
        let patient = patient_of(stack, &conversation.patient)?;
        let Said { by, body } = &conversation.begin;
        let begun = api.begin(&tokens.of(stack, by)?, &patient, &ids.next(), body)?;
        let id = begun["id"].as_str().context("a conversation without an id")?.to_owned();
        for Said { by, body } in &conversation.then {
            interrupt::check()?;
            step.tick(by);
            let token = tokens.of(stack, by)?;
            if body.contains_key("status") {
                api.put(&token, &format!("/conversations/{id}/status"), body)?;
            } else {
                let mut message = body.clone();
                message.insert("id".to_owned(), ids.next().into());
                message.insert("attachmentIds".to_owned(), json!([]));
                api.post(&token, &format!("/conversations/{id}/messages"), &message)?;
            }
        }
    }
    step.done();
    Ok(())
}

fn patient_of(stack: &Stack, account: &str) -> Result<String> {
    stack.patients.get(account).cloned().with_context(|| format!("the stack knows no patient {account}"))
}

/// The same ids at every run, so that saying something again says nothing new.
#[derive(Default)]
struct Ids(u16);

impl Ids {
    fn next(&mut self) -> String {
        self.0 += 1;
        format!("01900000-0000-7000-8000-00000001{:04x}", self.0)
    }
}

/// One token per account.
#[derive(Default)]
struct Tokens(HashMap<String, String>);

impl Tokens {
    fn of(&mut self, stack: &Stack, person: &str) -> Result<String> {
        if let Some(token) = self.0.get(person) {
            return Ok(token.clone());
        }
        let token = openid::token(&stack.issuer, person, None)?;
        self.0.insert(person.to_owned(), token.clone());
        Ok(token)
    }
}

/// The stack's HTTP API.
struct Api<'a> {
    client: Agent,
    stack: &'a Stack,
}

impl Api<'_> {
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.stack.api_url)
    }

    fn get(&self, token: &str, path: &str) -> Result<Value> {
        http::json(
            &format!("GET {path}"),
            self.client.get(self.url(path)).header("authorization", bearer(token)).call(),
        )
    }

    fn begin(&self, token: &str, patient: &str, key: &str, body: &Body) -> Result<Value> {
        let path = format!("/patients/{patient}/conversations");
        let request = self.client.post(self.url(&path)).header("authorization", bearer(token));
        http::json(&format!("POST {path}"), request.header("idempotency-key", key).send_json(body))
    }

    fn post(&self, token: &str, path: &str, body: &Body) -> Result<Value> {
        let request = self.client.post(self.url(path)).header("authorization", bearer(token));
        http::json(&format!("POST {path}"), request.send_json(body))
    }

    fn put(&self, token: &str, path: &str, body: &Body) -> Result<Value> {
        let request = self.client.put(self.url(path)).header("authorization", bearer(token));
        http::json(&format!("PUT {path}"), request.send_json(body))
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// A UUIDv7 by its version and variant.
    fn is_uuid_v7(id: &str) -> bool {
        id.len() == 36 && &id[14..15] == "7" && matches!(&id[19..20], "8" | "9" | "a" | "b")
    }

    #[test]
    fn the_demo_fits_together() {
        let seed = Seed::read().expect("readable");
        let accounts = Accounts::read().expect("readable");
        let records = seed.records(&accounts).expect("every patient has an account");
        assert!(
            records["patients"]
                .as_array()
                .expect("patients")
                .iter()
                .all(|patient| is_uuid_v7(patient["id"].as_str().expect("an id")))
        );
        let by_id: HashMap<&str, &Value> =
            seed.questionnaires.iter().map(|form| (form["id"].as_str().expect("an id"), form)).collect();
        assert!(by_id.keys().all(|id| is_uuid_v7(id)));
        for conversation in &seed.conversations {
            accounts.expect(&conversation.patient).expect("known");
            for said in conversation.then.iter().chain([&conversation.begin]) {
                accounts.expect(&said.by).expect("known");
            }
            if let Some(id) = conversation.begin.body.get("questionnaireId") {
                let form = by_id[id.as_str().expect("text")];
                expect_answers(form, &conversation.begin.body["answers"]);
            }
        }
    }

    /// Every answer has its question, every required question its answer, and choices are from the list.
    fn expect_answers(form: &Value, answers: &Value) {
        let questions: HashMap<&Value, &Value> =
            form["items"].as_array().expect("items").iter().map(|item| (&item["linkId"], item)).collect();
        let answers: HashMap<&Value, &Value> =
            answers.as_array().expect("answers").iter().map(|answer| (&answer["linkId"], &answer["value"])).collect();
        for (link, value) in &answers {
            let question = questions[link];
            match question["type"].as_str().expect("a type") {
                "boolean" => assert!(value.is_boolean()),
                "choice" => assert!(question["options"].as_array().expect("options").contains(value)),
                _ => assert!(value.is_string()),
            }
        }
        let required = questions.iter().filter(|(_, question)| question["required"] == true).map(|(link, _)| *link);
        assert!(required.collect::<HashSet<_>>().is_subset(&answers.keys().copied().collect()));
    }

    #[test]
    fn ids_are_uuids_and_the_same_every_time() {
        let (mut one, mut two) = (Ids::default(), Ids::default());
        for _ in 0..20 {
            let id = one.next();
            assert!(is_uuid_v7(&id), "{id}");
            assert_eq!(id, two.next());
        }
    }
}
