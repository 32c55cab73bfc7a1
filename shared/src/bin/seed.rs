//! Writes settings, questionnaires and patients, read as JSON from standard input, into the table `TABLE_NAME`.
//!
//! `cargo xtask seed` runs it; repeating it changes nothing.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{self, BehaviorVersion, Credentials, Region};
use serde::Deserialize;
use shared::config::{Config, Needs};
use shared::domain::catalogue::{CatalogueError, Draft};
use shared::domain::ids::{PatientId, QuestionnaireId};
use shared::domain::patient::Patient;
use shared::domain::settings::Settings;
use shared::store::Table;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    settings: Settings,
    questionnaires: Vec<Draft>,
    patients: Vec<SeedPatient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SeedPatient {
    id: PatientId,
    name: String,
    birth_date: jiff::civil::Date,
    record_number: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seed: Seed = serde_json::from_reader(std::io::stdin())?;
    let config = Config::from_env(Needs::default())?;
    let table = Table::new(Client::from_conf(emulator()?), config.table_name);
    table.put_settings(&seed.settings.checked()?).await?;
    for (position, draft) in (1..).zip(seed.questionnaires) {
        let id: QuestionnaireId = draft.id.as_deref().unwrap_or_default().parse()?;
        let draft = Draft { position: Some(position), ..draft.checked(id)? };
        table.put_questionnaire::<CatalogueError>(id, &draft).await?;
    }
    for SeedPatient { id, name, birth_date, record_number } in seed.patients {
        table.put_patient(&Patient { id, name, birth_date, record_number }).await?;
    }
    Ok(())
}

/// The emulator that the environment names, by the usual variables. A program of the library, not an example, is
/// built with the functions and their dependencies as they are; it does without aws-config, which the library has not.
fn emulator() -> Result<config::Config, std::env::VarError> {
    #[expect(clippy::disallowed_methods, reason = "a developer's program, not a function")]
    let read = |name: &str| std::env::var(name);
    let credentials =
        Credentials::new(read("AWS_ACCESS_KEY_ID")?, read("AWS_SECRET_ACCESS_KEY")?, None, None, "environment");
    Ok(config::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(read("AWS_ENDPOINT_URL")?)
        .region(Region::new(read("AWS_REGION")?))
        .credentials_provider(credentials)
        .build())
}
