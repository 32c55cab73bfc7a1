//! What the functions meet when they are measured: a table, a bucket, a queue and a secret in the emulator, patients and
//! conversations in them, and an issuer of tokens.

use std::cell::Cell;
use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use domain::Timestamp;
use domain::attachment::{Attachment, AttachmentState, DeclaredUpload, Image, MediaType};
use domain::catalogue::CatalogueError;
use domain::conversation::{Changed, Conversation, ConversationStart};
use domain::encounter::Encounter;
use domain::ids::{AttachmentId, ConversationId, EncounterId, MessageId, PatientId, QuestionnaireId, TaskId, UserId};
use domain::patient::Patient;
use domain::settings::Settings;
use domain::text::{MessageText, Title};
use serde_json::{Value, json};
use shared::store::schema::Key;
use shared::store::{CachedSettings, RawItem, Table};
pub(crate) use testkit::accounts::PATIENT_A as PATIENT;
use testkit::accounts::{self, PATIENT_B, ana, clara};
use testkit::emulator::{connection_to, create_table};
use testkit::issuer::{Algorithm, Issuer};
use testkit::questionnaire;
pub(crate) use testkit::texts::LETTER as LONG_TEXT;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::functions::Functions;

/// A short message.
pub(crate) const SHORT_TEXT: &str = "It is fine, no need to worry.";
/// A request as the gateway passes it on.
const EVENT: &str = include_str!("../../events/get-me/patient.json");
/// Entries that fit into one transaction beside the head.
const ENTRIES_AT_ONCE: u32 = 90;

/// A table with what belongs to it.
pub(crate) struct World {
    endpoint: String,
    functions: Functions,
    issuer: Issuer,
    runtime: Runtime,
    table: Table,
    /// Of the table, the bucket, the queue and the secret.
    pub(crate) name: String,
    cursor_secret_arn: String,
    failure_queue_url: String,
    bucket: aws_sdk_s3::Client,
    counter: Cell<u32>,
}

impl World {
    /// Makes one in the emulator at `endpoint`, separate from those of other names.
    pub(crate) fn make(endpoint: &str, name: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let aws = connection_to(endpoint);
        let name = format!("bench-{name}");
        let bucket =
            aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&aws).force_path_style(true).build());
        let (cursor_secret_arn, failure_queue_url) = runtime.block_on(async {
            let secrets = aws_sdk_secretsmanager::Client::new(&aws);
            let secret = secrets.create_secret().name(&name).secret_string("a key of the bench, of 32 characters");
            let secret = secret.send().await.context("cannot make a secret")?;
            let queue = aws_sdk_sqs::Client::new(&aws).create_queue().queue_name(&name).send().await;
            let queue = queue.context("cannot make a queue")?;
            bucket.create_bucket().bucket(&name).send().await.context("cannot make a bucket")?;
            anyhow::Ok((secret.arn.unwrap_or_default(), queue.queue_url.unwrap_or_default()))
        })?;
        let client = aws_sdk_dynamodb::Client::new(&aws);
        runtime.block_on(create_table(&client, &name));
        let table = Table::new(client, &name);
        let world = Self {
            endpoint: endpoint.to_owned(),
            functions: Functions::read()?,
            // What most issuers use: verifying a token is part of every request.
            issuer: Issuer::start(Algorithm::Rs256),
            runtime,
            table,
            name,
            cursor_secret_arn,
            failure_queue_url,
            bucket,
            counter: Cell::new(0),
        };
        world.configure()?;
        Ok(world)
    }

    fn configure(&self) -> Result<()> {
        self.runtime.block_on(self.table.put_settings(&Settings::default()))?;
        for id in [PATIENT, PATIENT_B] {
            self.patient(id.parse()?)?;
        }
        Ok(())
    }

    /// A function's environment, with its AWS endpoint: the emulator's, or a tap's.
    pub(crate) fn environment(&self, endpoint: &str) -> BTreeMap<String, String> {
        let audience = accounts::audience();
        let variables = [
            ("AWS_ENDPOINT_URL", endpoint),
            ("LOG_LEVEL", "info"),
            ("TABLE_NAME", &self.name),
            ("ISSUER", self.issuer.url()),
            ("AUDIENCE", &audience),
            ("CURSOR_SECRET_ARN", &self.cursor_secret_arn),
            ("FAILURE_QUEUE_URL", &self.failure_queue_url),
            ("BUCKET_NAME", &self.name),
            ("TOPIC_ARN_PREFIX", "arn:aws:sns:us-east-1:000000000000:bench-"),
            ("PORTAL_URL", "https://portal.example.org"),
            ("CLINIC_URL", "https://clinic.example.org"),
        ];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    /// The emulator itself.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A sample event, with the account's token and the bucket for the names in braces.
    pub(crate) fn sample(&self, text: &str) -> Result<Value> {
        let mut event: Value = serde_json::from_str(&text.replace("{bucket}", &self.name))?;
        let account = event["headers"]["authorization"].as_str().and_then(|header| header.strip_prefix("Bearer {"));
        if let Some(account) = account.and_then(|account| account.strip_suffix('}')) {
            event["headers"]["authorization"] = format!("Bearer {}", self.issuer.token(account)).into();
        }
        Ok(event)
    }

    /// A request to a function by a demo account, with the ids of its path.
    pub(crate) fn request(&self, function: &str, account: &str, ids: &[&str], body: &Value) -> Result<Value> {
        let route = self.functions.route(function)?;
        let names = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let parameters: BTreeMap<&str, &str> = names.zip(ids.iter().copied()).collect();
        let path = parameters
            .iter()
            .fold(route.path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        let mut event: Value = serde_json::from_str(EVENT).context("events/get-me/patient.json")?;
        event["rawPath"] = path.as_str().into();
        event["requestContext"]["http"]["path"] = path.into();
        event["requestContext"]["http"]["method"] = route.method.as_str().into();
        event["pathParameters"] = json!(parameters);
        event["headers"]["content-type"] = "application/json".into();
        event["headers"]["authorization"] = format!("Bearer {}", self.issuer.token(account)).into();
        if !body.is_null() {
            event["body"] = body.to_string().into();
        }
        Ok(event)
    }

    /// A new id; the ids of a world are the same in every run.
    fn id(&self) -> Uuid {
        self.counter.set(self.counter.get() + 1);
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_1000_0000 + u128::from(self.counter.get()))
    }

    /// The time of the next change: a second after the one before, and always of the same length.
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

    /// A conversation of `patient-a` with so many messages of the same text, from both sides in turn.
    pub(crate) fn conversation(&self, entries: u32, text: &str) -> Result<Conversation> {
        self.conversation_of(PATIENT.parse()?, entries, text)
    }

    /// The same for any patient.
    pub(crate) fn conversation_of(&self, patient_id: PatientId, entries: u32, text: &str) -> Result<Conversation> {
        let (ana, clara) = (ana(), clara());
        let (id, encounter_id) = (ConversationId::new(self.id()), EncounterId::new(self.id()));
        let now = self.moment()?;
        let title = Title::new("Ask about a result")?;
        let begun = Conversation::begin(ConversationStart { id, encounter_id, patient_id, title }, &ana, now);
        let encounter = Encounter::begin(&begun, "Results".into());
        let mut stored = Changed { head: begun, entries: Vec::new() };
        self.runtime.block_on(self.table.create_conversation(&stored, &encounter, None, None))?;
        let mut written = 0;
        while written < entries {
            let mut next = Changed { head: stored.head.clone(), entries: Vec::new() };
            for number in written..entries.min(written + ENTRIES_AT_ONCE) {
                let by = if number % 2 == 0 { &ana } else { &clara };
                let posted = next.head.post(MessageId::new(self.id()), MessageText::new(text)?, by, self.moment()?)?;
                next.head = posted.head;
                next.entries.extend(posted.entries);
            }
            written = entries.min(written + ENTRIES_AT_ONCE);
            self.runtime.block_on(self.table.save_conversation(&stored.head, &next))?;
            stored = next;
        }
        Ok(stored.head)
    }

    /// A task for a conversation that awaits a reply.
    pub(crate) fn task(&self, head: &Conversation) -> Result<TaskId> {
        let (id, now) = (TaskId::new(self.id()), self.moment()?);
        let settings = CachedSettings::default();
        let opened = self.runtime.block_on(self.table.sync_tasks(head.id, &settings, now, id))?;
        if opened.opened { Ok(id) } else { bail!("nobody awaits a reply") }
    }

    /// Marks a conversation read.
    pub(crate) fn mark_read(&self, head: &Conversation, reader: &str) -> Result<()> {
        self.runtime.block_on(self.table.mark_read(head, &user(reader)?, head.last_number))?;
        Ok(())
    }

    /// A questionnaire.
    pub(crate) fn questionnaire(&self) -> Result<QuestionnaireId> {
        let id = QuestionnaireId::new(self.id());
        let draft = questionnaire::about_a_result(id);
        self.runtime.block_on(self.table.put_questionnaire::<CatalogueError>(id, &draft))?;
        Ok(id)
    }

    /// An image of a conversation: ready and in its first message, or announced and uploaded.
    pub(crate) fn image(&self, head: &Conversation, upload: Option<&[u8]>) -> Result<AttachmentId> {
        let id = AttachmentId::new(self.id());
        let image = Image { content_type: MediaType::Jpeg, size: 1_500_000, width: 3024, height: 4032 };
        let state = match upload {
            None => AttachmentState::Ready(image),
            Some(bytes) => AttachmentState::Pending(DeclaredUpload {
                content_type: MediaType::Jpeg,
                size: bytes.len().try_into()?,
            }),
        };
        let attachment = Attachment {
            id,
            conversation_id: head.id,
            patient_id: head.patient_id,
            created_by: ana(),
            created_at: self.moment()?,
            state,
            message: upload.is_none().then_some(1),
        };
        self.runtime.block_on(async {
            self.table.announce_attachment(&attachment, None).await?;
            if let Some(bytes) = upload {
                let key = format!("uploads/{}/{id}", head.id);
                let put = self.bucket.put_object().bucket(&self.name).key(key).body(bytes.to_vec().into());
                put.send().await.context("cannot upload an image")?;
            }
            Ok(id)
        })
    }

    /// An item as it is.
    pub(crate) fn item(&self, key: Key) -> Result<RawItem> {
        self.runtime.block_on(self.table.raw_item(key))?.context("there is no such item")
    }
}

/// An id that a client makes.
pub(crate) fn new_id() -> Uuid {
    #[expect(clippy::disallowed_methods, reason = "the client's clock")]
    Uuid::now_v7()
}

/// The user of a demo account.
pub(crate) fn user(account: &str) -> Result<UserId> {
    UserId::new(account).context("a user without a name")
}
