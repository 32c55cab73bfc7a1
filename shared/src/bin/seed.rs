//! Writes settings, questionnaires and patients, read as JSON from standard input, into the table `TABLE_NAME`.
//!
//! `cargo xtask seed` runs it; repeating it changes nothing.

use domain::catalogue::{CatalogueError, Draft};
use domain::ids::{PatientId, QuestionnaireId};
use domain::patient::Patient;
use domain::settings::Settings;
use serde::Deserialize;

#[path = "program/environment.rs"]
mod environment;

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
    let table = environment::table()?;
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
