//! Writes settings, questionnaires and patients, read as JSON from standard input. Repeating it changes nothing.

use std::process::ExitCode;

use anyhow::{Context, Result};
use domain::catalogue::{CatalogueError, Draft};
use domain::ids::{PatientId, QuestionnaireId};
use domain::patient::Patient;
use domain::settings::Settings;
use serde::Deserialize;

use crate::environment::Environment;

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

/// Writes what standard input holds.
pub(crate) async fn run(environment: &Environment) -> Result<ExitCode> {
    let seed: Seed = serde_json::from_reader(std::io::stdin()).context("the seed can't be read")?;
    let table = environment.table()?;
    table.put_settings(&seed.settings.checked()?).await?;
    for (position, draft) in (1..).zip(seed.questionnaires) {
        let id: QuestionnaireId = draft.id.as_deref().unwrap_or_default().parse()?;
        let draft = Draft { position: Some(position), ..draft.checked(id)? };
        table.put_questionnaire::<CatalogueError>(id, &draft).await?;
    }
    for SeedPatient { id, name, birth_date, record_number } in seed.patients {
        table.put_patient(&Patient { id, name, birth_date, record_number }).await?;
    }
    Ok(ExitCode::SUCCESS)
}
