//! The program on tables in the emulator that `TEST_AWS_ENDPOINT_URL` names, as `cargo xtask` runs it.
#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use aws_sdk_dynamodb::Client;
use domain::ids::PatientId;
use domain::patient::Patient;
use serde_json::{Value, json};
use shared::store::schema::{self, ListKey};
use shared::store::{RawItem, Table};

use testkit::emulator::{connection, new_table};

const PATIENT: &str = "01900000-0000-7000-8000-00000000000a";

/// A new table, and its name.
async fn table() -> (Table, String) {
    let client = Client::new(&connection());
    let name = new_table(&client).await;
    (Table::new(client, &name), name)
}

fn endpoint() -> String {
    #[expect(clippy::disallowed_methods, reason = "the test's own parameter")]
    std::env::var("TEST_AWS_ENDPOINT_URL").unwrap()
}

/// Runs the program on a table: whether all went well, and what it printed.
fn run(table: &str, words: &[&str], input: &Value) -> (bool, String) {
    run_with(&[("TABLE_NAME", table)], words, input)
}

/// Runs the program with these variables.
fn run_with(variables: &[(&str, &str)], words: &[&str], input: &Value) -> (bool, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_operations"));
    program.env_clear().env("AWS_ENDPOINT_URL", endpoint()).env("AWS_REGION", "us-east-1");
    program.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    program.envs(variables.iter().copied()).args(words);
    let piped = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // A program that reads nothing may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.to_string().as_bytes());
    let ended = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ended.status.success(), text(ended.stdout) + &text(ended.stderr))
}

fn seed() -> Value {
    json!({
        "settings": {
            "sendMessageLabel": "Send a message", "encounterType": "Secure message",
            "attachments": {"maxBytes": 1_000_000, "contentTypes": ["image/png"]},
            "tasking": {"enabled": true, "pool": "nurses"},
        },
        "questionnaires": [],
        "patients": [
            {"id": PATIENT, "name": "Ana Patient", "birthDate": "1980-02-29", "recordNumber": "1001"},
        ],
    })
}

fn ana(name: &str) -> Patient {
    Patient {
        id: PATIENT.parse().unwrap(),
        name: name.to_owned(),
        birth_date: "1980-02-29".parse().unwrap(),
        record_number: "1001".to_owned(),
    }
}

async fn patient(table: &Table) -> Patient {
    table.patient(PATIENT.parse::<PatientId>().unwrap()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_seed_is_written_and_repeating_it_changes_nothing() {
    let (table, name) = table().await;
    for _ in 0..2 {
        assert_eq!(run(&name, &["seed"], &seed()), (true, String::new()));
        assert_eq!(patient(&table).await, ana("Ana Patient"));
    }
    let (whole, said) = run(&name, &["seed"], &json!({"settings": {}}));
    assert!(!whole && said.starts_with("error: the seed can't be read"), "{said}");
}

#[tokio::test]
async fn what_a_table_lost_is_put_back() {
    let ((_, source), (own, name)) = (table().await, table().await);
    assert_eq!(run(&source, &["seed"], &seed()), (true, String::new()));
    let put_back =
        |options: &[&str]| run(&name, &[&["put-back", "--from", &source][..], options].concat(), &Value::Null);

    let (whole, counted) = put_back(&["--count"]);
    assert!(whole && counted.contains("items are missing: ") && counted.contains("PATIENT 1"), "{counted}");
    assert!(counted.ends_with("0 items differ: none\n"), "{counted}");
    assert!(own.patient(PATIENT.parse().unwrap()).await.unwrap().is_none(), "counting changes nothing");
    let (whole, back) = put_back(&[]);
    assert!(whole && back.contains("items were missing and are back: "), "{back}");
    assert_eq!(patient(&own).await, ana("Ana Patient"));

    own.put_patient(&ana("Ana Changed")).await.unwrap();
    let (whole, stays) = put_back(&[]);
    assert!(whole && stays.contains("items differ and stay as they are: "), "{stays}");
    assert_eq!(patient(&own).await, ana("Ana Changed"));
    let partition = format!("PATIENT#{PATIENT}");
    let (_, counted) = put_back(&["--count", "--partition", &partition]);
    assert_eq!(counted, "0 items are missing: none\n1 items differ: PATIENT 1\n");
    let (_, back) = put_back(&["--partition", &partition]);
    assert!(back.ends_with("1 items differ and are as they were: PATIENT 1\n"), "{back}");
    assert_eq!(patient(&own).await, ana("Ana Patient"));
}

#[tokio::test]
async fn digests_are_rebuilt_and_what_can_not_be_is_named() {
    let (table, name) = table().await;
    assert_eq!(
        run(&name, &["rebuild-search"], &Value::Null),
        (true, "0 conversations read, 0 digests changed\n".to_owned())
    );
    let broken = RawItem::new(schema::head("01900000-0000-7000-8000-000000000001".parse().unwrap()));
    let broken = broken.in_list(ListKey { lpk: "PATIENT#1#CONV".into(), lsk: "open#1".into() }).with_title("secret");
    table.put_raw(broken).await.unwrap();
    let (whole, said) = run(&name, &["rebuild-search"], &Value::Null);
    assert!(!whole && said.starts_with("1 conversations read, 0 digests changed\n1 conversations can't be"), "{said}");
    assert!(!said.contains("secret"), "{said}");
}

#[tokio::test]
async fn what_can_not_be_replayed_stays_in_the_queue_and_is_seen_at_once() {
    let queue = aws_sdk_sqs::Client::new(&connection());
    let url = queue.create_queue().queue_name(format!("failures-{}", uuid::Uuid::new_v4())).send().await.unwrap();
    let url = url.queue_url.unwrap();
    let redrive = |words: &[&str]| {
        let variables = [("FAILURE_QUEUE_URL", url.as_str()), ("STACK_NAME", "no-stack")];
        run_with(&variables, &[&["redrive"][..], words].concat(), &Value::Null)
    };
    assert_eq!(redrive(&[]), (true, "The failure queue is empty.\n".to_owned()));

    let parked = json!({"function": "notify", "keys": ["CONV#1", "HEAD"], "cause": "it can't be read"});
    let without_keys = json!({"function": "notify", "keys": null, "cause": "a record has no keys"});
    for body in [parked.to_string(), without_keys.to_string(), "no JSON".to_owned()] {
        queue.send_message().queue_url(&url).message_body(body).send().await.unwrap();
    }
    let (whole, listed) = redrive(&["--list"]);
    assert!(whole && listed.contains("notify  CONV#1 HEAD  it can't be read\n"), "{listed}");
    assert!(listed.ends_with("3 listed\n"), "{listed}");
    let (whole, said) = redrive(&[]);
    assert!(!whole && said.contains("stays in the queue: there is no such function"), "{said}");
    assert!(said.contains("it names no item") && said.contains("no message of Lambda's nor of ours"), "{said}");
    assert!(said.ends_with("3 left\n"), "{said}");
    let seen = queue.receive_message().queue_url(&url).max_number_of_messages(10).send().await.unwrap();
    assert_eq!(seen.messages().len(), 3);
}

#[test]
fn a_mistake_is_explained() {
    let (whole, said) = run("table", &["put-back", "--into", "table"], &Value::Null);
    assert!(!whole && said.starts_with("error: usage: operations seed"), "{said}");
    let (whole, said) = run("table", &["restore", "--to", "yesterday"], &Value::Null);
    assert!(!whole && said.contains("yesterday is no time"), "{said}");
}
