//! What the functions are measured on: a table, a bucket, a queue and a secret in the emulator, with patients and chats
//! in them, and an issuer whose tokens they take.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::TcpStream;

use anyhow::{Context as _, Result, bail};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_types::SdkConfig;
use domain::Timestamp;
use domain::attachment::{Attachment, Declared, Image, MediaType, State};
use domain::catalogue::{CatalogueError, Draft};
use domain::chart_item::ChartCounts;
use domain::conversation::{Changed, Conversation};
use domain::encounter::Encounter;
use domain::ids::{AttachmentId, ConversationId, EncounterId, MessageId, PatientId, QuestionnaireId, TaskId, UserId};
use domain::lock::LockHistory;
use domain::patient::Patient;
use domain::person::{Person, Role};
use domain::settings::Settings;
use domain::text::{MessageText, Title};
use serde_json::{Value, json};
use shared::store::Table;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::http::{Connection, Message, Start};
use crate::issuer::{AUDIENCE, Issuer};

/// 1 KB as a patient would write it.
pub(crate) const LETTER: &str = include_str!("../../shared/testdata/letter.txt");
/// A short entry.
pub(crate) const NOTE: &str = "It is fine, no need to worry.";
/// The record of the account `patient-a`.
pub(crate) const PATIENT: &str = "01900000-0000-7000-8000-00000000000a";
/// A request as the gateway passes it on.
const EVENT: &str = include_str!("../../events/get-me/patient.json");
/// Entries that one transaction takes beside the head.
const ENTRIES_AT_ONCE: u32 = 90;

/// Everything that functions are measured on.
pub(crate) struct World {
    endpoint: String,
    issuer: Issuer,
    runtime: Runtime,
    table: Table,
    pub(crate) table_name: String,
    cursor_secret_arn: String,
    failure_queue_url: String,
    pub(crate) bucket_name: String,
    bucket: aws_sdk_s3::Client,
    counter: Cell<u32>,
}

impl World {
    /// Makes it in the emulator at `endpoint`, apart from others of another name.
    pub(crate) fn make(endpoint: &str, name: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let credentials = Credentials::new("test", "test", None, None, "bench");
        let aws = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        let name = format!("bench-{name}");
        let (table_name, bucket_name) = (name.clone(), name);
        let bucket =
            aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&aws).force_path_style(true).build());
        let (cursor_secret_arn, failure_queue_url) = runtime.block_on(async {
            let secrets = aws_sdk_secretsmanager::Client::new(&aws);
            let secret =
                secrets.create_secret().name(&table_name).secret_string("a key of the bench, of 32 characters");
            let secret = secret.send().await.context("no secret can be made")?;
            let queue = aws_sdk_sqs::Client::new(&aws).create_queue().queue_name(&table_name).send().await;
            let queue = queue.context("no queue can be made")?;
            bucket.create_bucket().bucket(&bucket_name).send().await.context("no bucket can be made")?;
            anyhow::Ok((secret.arn.unwrap_or_default(), queue.queue_url.unwrap_or_default()))
        })?;
        let table = Table::new(aws_sdk_dynamodb::Client::new(&aws), &table_name);
        let world = Self {
            endpoint: endpoint.to_owned(),
            issuer: Issuer::start()?,
            runtime,
            table,
            table_name,
            cursor_secret_arn,
            failure_queue_url,
            bucket_name,
            bucket,
            counter: Cell::new(0),
        };
        world.make_table()?;
        world.configure()?;
        Ok(world)
    }

    /// The table as the stack makes it.
    fn make_table(&self) -> Result<()> {
        let key = |hash: &str, range: &str| json!([{"AttributeName": hash, "KeyType": "HASH"}, {"AttributeName": range, "KeyType": "RANGE"}]);
        let attributes = ["pk", "sk", "lpk", "lsk"].map(|name| json!({"AttributeName": name, "AttributeType": "S"}));
        let lists =
            json!({"IndexName": "lists", "KeySchema": key("lpk", "lsk"), "Projection": {"ProjectionType": "ALL"}});
        self.ask_table(
            "CreateTable",
            &json!({
                "TableName": self.table_name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": key("pk", "sk"),
                "AttributeDefinitions": attributes, "GlobalSecondaryIndexes": [lists],
            }),
        )?;
        Ok(())
    }

    fn configure(&self) -> Result<()> {
        self.runtime.block_on(self.table.put_settings(&Settings::default()))?;
        for id in [PATIENT, "01900000-0000-7000-8000-00000000000b"] {
            self.patient(id.parse()?)?;
        }
        Ok(())
    }

    /// What a function is told, with its AWS endpoint: the emulator's, or a tap's.
    pub(crate) fn environment(&self, endpoint: &str) -> BTreeMap<String, String> {
        let given = [
            ("AWS_ENDPOINT_URL", endpoint),
            ("LOG_LEVEL", "info"),
            ("TABLE_NAME", &self.table_name),
            ("ISSUER", &self.issuer.url),
            ("AUDIENCE", AUDIENCE),
            ("CURSOR_SECRET_ARN", &self.cursor_secret_arn),
            ("FAILURE_QUEUE_URL", &self.failure_queue_url),
            ("BUCKET_NAME", &self.bucket_name),
            ("TOPIC_ARN_PREFIX", "arn:aws:sns:us-east-1:000000000000:bench-"),
            ("PORTAL_URL", "https://portal.example.org"),
            ("CLINIC_URL", "https://clinic.example.org"),
        ];
        given.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    /// The emulator itself.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A request by a demo account, or by nobody.
    pub(crate) fn request(
        &self,
        account: Option<&str>,
        route: (&str, &str),
        parameters: &[(&str, &str)],
        query: &str,
        body: &Value,
    ) -> Result<Value> {
        let (method, template) = route;
        let mut event: Value = serde_json::from_str(EVENT).context("events/get-me/patient.json")?;
        let path = parameters
            .iter()
            .fold(template.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        event["rawPath"] = path.as_str().into();
        event["requestContext"]["http"]["path"] = path.into();
        event["requestContext"]["http"]["method"] = method.into();
        event["rawQueryString"] = query.into();
        event["pathParameters"] = parameters.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        event["headers"]["content-type"] = "application/json".into();
        if let Some(headers) = event["headers"].as_object_mut() {
            headers.remove("authorization");
        }
        if let Some(account) = account {
            event["headers"]["authorization"] = format!("Bearer {}", self.issuer.token(account)?).into();
        }
        if !body.is_null() {
            event["body"] = body.to_string().into();
        }
        Ok(event)
    }

    /// A new id of what is there before the measurement, always the same in the same order.
    fn id(&self) -> Uuid {
        self.counter.set(self.counter.get() + 1);
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_1000_0000 + u128::from(self.counter.get()))
    }

    /// When it was made: a second after what was made before it, in a form of always the same length.
    fn moment(&self) -> Result<Timestamp> {
        Ok(Timestamp::from_millisecond(1_795_338_000_123 + i64::from(self.counter.get()) * 1000)?)
    }

    /// A patient.
    pub(crate) fn patient(&self, id: PatientId) -> Result<()> {
        let patient = Patient {
            id,
            name: "Ana Patient".into(),
            birth_date: jiff::civil::date(1980, 2, 29),
            record_number: format!("MRN-{}", &id.to_string()[28..]),
        };
        Ok(self.runtime.block_on(self.table.put_patient(&patient))?)
    }

    /// A chat of `patient-a` with so many entries of the same text, from both sides in turn.
    pub(crate) fn conversation(&self, entries: u32, text: &str) -> Result<Conversation> {
        self.conversation_of(PATIENT.parse()?, entries, text)
    }

    /// The same of any patient.
    pub(crate) fn conversation_of(&self, patient_id: PatientId, entries: u32, text: &str) -> Result<Conversation> {
        let (ana, clara) = (person("patient-a", Role::Patient)?, person("clinician-a", Role::Clinician)?);
        let (id, encounter_id) = (ConversationId::new(self.id()), EncounterId::new(self.id()));
        let now = self.moment()?;
        let begun = Conversation::begin(id, encounter_id, patient_id, Title::new("Ask about a result")?, &ana, now);
        let encounter = Encounter::begin(&begun, "Results".into());
        let mut stored = Changed { head: begun, entries: Vec::new() };
        self.runtime.block_on(self.table.create_conversation(&stored, &encounter, None, None, now))?;
        let mut written = 0;
        while written < entries {
            let mut next = Changed { head: stored.head.clone(), entries: Vec::new() };
            for number in written..entries.min(written + ENTRIES_AT_ONCE) {
                let by = if number % 2 == 0 { &ana } else { &clara };
                let posted =
                    next.head.post(MessageId::new(self.id()), MessageText::new(text)?, None, by, self.moment()?)?;
                next.head = posted.head;
                next.entries.extend(posted.entries);
            }
            written = entries.min(written + ENTRIES_AT_ONCE);
            self.runtime.block_on(self.table.save_conversation(&stored.head, &next))?;
            stored = next;
        }
        Ok(stored.head)
    }

    /// A task for a chat that waits for an answer.
    pub(crate) fn task(&self, head: &Conversation) -> Result<TaskId> {
        let (id, now) = (TaskId::new(self.id()), self.moment()?);
        let opened = self.runtime.block_on(self.table.keep_tasks(
            head.id,
            now,
            || id,
            || async { Ok(Some("clinic".into())) },
        ))?;
        if opened.opened { Ok(id) } else { bail!("nobody waits in that chat") }
    }

    /// How far someone has read a chat.
    pub(crate) fn read(&self, head: &Conversation, reader: &str) -> Result<()> {
        self.runtime.block_on(self.table.mark_read(head, &user(reader)?, head.last_number))?;
        Ok(())
    }

    /// A questionnaire.
    pub(crate) fn questionnaire(&self) -> Result<QuestionnaireId> {
        let id = QuestionnaireId::new(self.id());
        let draft: Draft = serde_json::from_value(json!({
            "id": id, "title": "Ask about a result",
            "description": "For questions about a laboratory or imaging result.",
            "items": [
                {"linkId": "result", "text": "Which result?", "type": "choice", "required": true,
                    "options": ["Blood test", "X-ray"]},
                {"linkId": "question", "text": "Your question", "type": "text", "required": true},
            ],
        }))?;
        let draft = draft.checked(id)?;
        self.runtime.block_on(self.table.put_questionnaire::<CatalogueError>(id, &draft))?;
        Ok(id)
    }

    /// An image of a chat: ready and in its first message, or just announced, with its upload.
    pub(crate) fn image(&self, head: &Conversation, upload: Option<&[u8]>) -> Result<AttachmentId> {
        let id = AttachmentId::new(self.id());
        let image = Image { content_type: MediaType::Jpeg, size: 1_500_000, width: 3024, height: 4032 };
        let state = match upload {
            None => State::Ready(image),
            Some(bytes) => State::Pending(Declared { content_type: MediaType::Jpeg, size: bytes.len().try_into()? }),
        };
        let attachment = Attachment {
            id,
            conversation_id: head.id,
            patient_id: head.patient_id,
            created_by: person("patient-a", Role::Patient)?,
            created_at: self.moment()?,
            state,
            message: upload.is_none().then_some(1),
        };
        self.runtime.block_on(async {
            self.table.announce_attachment(&attachment, None).await?;
            if let Some(bytes) = upload {
                let key = format!("uploads/{}/{id}", head.id);
                let put = self.bucket.put_object().bucket(&self.bucket_name).key(key).body(bytes.to_vec().into());
                put.send().await.context("no upload can be made")?;
            }
            Ok(id)
        })
    }

    /// An item as the table's stream would show it.
    pub(crate) fn item(&self, pk: &str, sk: &str) -> Result<Value> {
        let key = json!({"pk": {"S": pk}, "sk": {"S": sk}});
        let answer = self.ask_table("GetItem", &json!({"TableName": self.table_name, "Key": key}))?;
        Ok(answer["Item"].clone())
    }

    fn ask_table(&self, operation: &str, body: &Value) -> Result<Value> {
        let address = self.endpoint.trim_start_matches("http://");
        let mut connection = Connection::new(TcpStream::connect(address).context("the emulator is away")?);
        let headers = [
            ("host", address),
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", &format!("DynamoDB_20120810.{operation}")),
            ("authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request"),
        ];
        let request = Message {
            start: Start::Request { method: "POST".into(), path: "/".into() },
            ..Message::answer(0, &headers, body.to_string())
        };
        connection.send(&request)?;
        let answer = connection.receive()?;
        if answer.status() != 200 {
            bail!("{operation}: {}", String::from_utf8_lossy(&answer.body));
        }
        Ok(serde_json::from_slice(&answer.body)?)
    }
}

/// An id as a client makes it now.
pub(crate) fn new_id() -> Uuid {
    #[expect(clippy::disallowed_methods, reason = "the client's clock")]
    Uuid::now_v7()
}

fn person(account: &str, role: Role) -> Result<Person> {
    let name = if role == Role::Patient { "Ana Patient" } else { "Clara Clinician" };
    Ok(Person { user_id: user(account)?, role, name: name.into() })
}

/// The user of a demo account.
pub(crate) fn user(account: &str) -> Result<UserId> {
    UserId::new(account).context("a user without a name")
}
