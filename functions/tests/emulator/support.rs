//! Handlers with a table of their own, a clock and ids that count, and requests from sample events.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use domain::catalogue::CatalogueError;
use domain::ids::PatientId;
use domain::patient::Patient;
use functions::runtime::deps::{Clock, Deps};
use lambda_http::{Body, Request, Response};
use serde_json::Value;
use shared::config::IssuerConfig;
use shared::http::cursor::Cursors;
use shared::identity::Identity;
use shared::store::{CachedSettings, RawItem, Table};
use testkit::accounts::{PATIENT_B, audience};
use testkit::emulator::{connection, new_table};
use testkit::issuer::{Algorithm, Issuer};
use testkit::questionnaire;
use uuid::Uuid;

use crate::meter::Meter;
use crate::sns::Sns;

/// The one issuer of this test program.
static ISSUER: LazyLock<Issuer> = LazyLock::new(|| Issuer::start(Algorithm::Es256));

pub(crate) use testkit::accounts::PATIENT_A as PATIENT;

/// The questionnaire of the sample events.
pub(crate) const QUESTIONNAIRE: &str = "01900000-0000-7000-8000-000000000101";

/// Handlers' dependencies on a table of their own.
pub(crate) struct Bench {
    /// What handlers get.
    pub(crate) deps: Deps,
    /// What they ask of the table.
    pub(crate) meter: Meter,
    /// What they ask of SNS.
    pub(crate) sns: Sns,
}

thread_local! {
    // Each test has a thread of its own, and so a clock of its own.
    static TICKS: AtomicU64 = const { AtomicU64::new(0) };
}

fn tick() -> u64 {
    TICKS.with(|ticks| ticks.fetch_add(1, Ordering::Relaxed))
}

/// A clock that moves by a second whenever it is asked, and ids that count.
fn counting_clock() -> Clock {
    let now = || jiff::Timestamp::from_second(1_795_338_000 + i64::try_from(tick()).unwrap()).unwrap();
    let id = || Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_1000_0000 + u128::from(tick()));
    Clock::new(now, id)
}

/// How functions verify the issuer's tokens.
fn issuer_config() -> IssuerConfig {
    IssuerConfig {
        issuer: ISSUER.url().into(),
        audience: audience(),
        client_ids: Vec::new(),
        role_claim: "role".into(),
        patient_id_claim: "patientId".into(),
        name_claim: "name".into(),
        custom_roots: false,
    }
}

/// Lets the clock of this test begin anew.
pub(crate) fn reset_clock() {
    TICKS.with(|ticks| ticks.store(0, Ordering::Relaxed));
}

impl Bench {
    /// A new table with patient-a, patient-b and a questionnaire.
    pub(crate) async fn new() -> Self {
        let meter = Meter::default();
        let client = Client::from_conf(Builder::from(&connection()).http_client(meter.http_client()).build());
        let table = new_table(&client).await;
        let secrets = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(aws_sdk_secretsmanager::config::BehaviorVersion::latest());
        let secrets = aws_sdk_secretsmanager::Client::from_conf(secrets.build());
        let sns = Sns::default();
        let deps = Deps {
            table: Table::new(client, &table),
            cached_settings: CachedSettings::default(),
            identity: Identity::new(issuer_config()),
            cursors: Cursors::with_key(secrets, b"a key of the tests, not of a deployment"),
            topics: sns.topics(),
            clock: counting_clock(),
            recorded_reads: tokio::sync::Mutex::default(),
        };
        let bench = Self { deps, meter, sns };
        bench.seed().await;
        reset_clock();
        bench
    }

    async fn seed(&self) {
        for (id, name, record_number) in [(PATIENT, "Ana Patient", "MRN-0001"), (PATIENT_B, "Ben Patient", "MRN-0002")]
        {
            let patient = Patient {
                id: id.parse::<PatientId>().unwrap(),
                name: name.into(),
                birth_date: "1980-02-29".parse().unwrap(),
                record_number: record_number.into(),
            };
            self.deps.table.put_patient(&patient).await.unwrap();
        }
        let id = QUESTIONNAIRE.parse().unwrap();
        let questionnaire = questionnaire::about_a_result(id);
        self.deps.table.put_questionnaire::<CatalogueError>(id, &questionnaire).await.unwrap();
        self.meter.take();
    }

    /// Every item of the table, ordered by key.
    pub(crate) async fn items(&self) -> Vec<RawItem> {
        self.deps.table.raw_items().await.unwrap()
    }
}

/// A request like the gateway's, by a demo account.
pub(crate) fn request(account: &str, path: &str, parameters: &Value, query: &str, body: &Value) -> Request {
    let mut event: Value = serde_json::from_str(include_str!("../../../events/get-me/patient.json")).unwrap();
    event["rawPath"] = path.into();
    event["requestContext"]["http"]["path"] = path.into();
    event["rawQueryString"] = query.into();
    event["pathParameters"] = parameters.clone();
    event["headers"]["authorization"] = format!("Bearer {{{account}}}").into();
    event["body"] = body.to_string().into();
    from_event(&event.to_string())
}

/// A request from a sample event, in which `{account}` stands for a demo account's token.
pub(crate) fn from_event(event: &str) -> Request {
    let mut event: Value = serde_json::from_str(event).unwrap();
    let account = event["headers"]["authorization"].as_str().and_then(|text| text.strip_prefix("Bearer {"));
    if let Some(account) = account.map(|text| text.trim_end_matches('}').to_owned()) {
        event["headers"]["authorization"] = format!("Bearer {}", ISSUER.token(&account)).into();
    }
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

/// A response's body.
pub(crate) fn body(response: &Response<Body>) -> Value {
    if response.body().is_empty() { Value::Null } else { serde_json::from_slice(response.body()).unwrap() }
}
