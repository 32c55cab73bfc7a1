//! Settings, and questionnaires with their versions, by several administrators at once.

use domain::catalogue::{CatalogueError, Draft};
use domain::ids::QuestionnaireId;
use domain::person::Role;
use domain::questionnaire::Questionnaire;
use domain::settings::Settings;
use futures::future::join_all;
use shared::store::{CachedSettings, ChangeError, Table};
use uuid::Uuid;

use crate::support::{at, table};

fn id(number: u128) -> QuestionnaireId {
    QuestionnaireId::new(Uuid::from_u128(number))
}

fn draft(number: u128, title: &str, active: bool) -> Draft {
    let text = format!(
        r#"{{"title": "{title}", "active": {active}, "items": [{{"linkId": "kind", "text": "Which?",
        "type": "choice", "required": true, "options": ["a", "b"]}}]}}"#
    );
    serde_json::from_str::<Draft>(&text).unwrap().checked(id(number)).unwrap()
}

async fn put(table: &Table, number: u128, title: &str, active: bool) -> Result<Questionnaire, CatalogueError> {
    match table.put_questionnaire(id(number), &draft(number, title, active)).await {
        Err(ChangeError::Rule(error)) => Err(error),
        other => Ok(other.unwrap()),
    }
}

async fn delete(table: &Table, number: u128) -> Result<(), CatalogueError> {
    match table.delete_questionnaire(id(number)).await {
        Err(ChangeError::Rule(error)) => Err(error),
        other => {
            other.unwrap();
            Ok(())
        }
    }
}

async fn titles(table: &Table, role: Role) -> Vec<String> {
    let shown = table.questionnaires().await.unwrap().shown_to(role);
    shown.into_iter().map(|form| format!("{} {}", form.title, form.version)).collect()
}

#[tokio::test]
async fn a_warm_function_notices_other_settings_within_a_minute() {
    let table = table().await;
    assert_eq!(table.settings().await.unwrap(), Settings::default());
    let mut settings = Settings::default();
    settings.tasking.pool = "front desk".into();
    table.put_settings(&settings).await.unwrap();
    assert_eq!(table.settings().await.unwrap(), settings);
    let cached = CachedSettings::default();
    assert_eq!(cached.get(&table, at(100)).await.unwrap(), settings);
    table.put_settings(&Settings::default()).await.unwrap();
    assert_eq!(cached.get(&table, at(129)).await.unwrap(), settings, "kept, for a while");
    assert_eq!(cached.get(&table, at(131)).await.unwrap(), Settings::default(), "a change is noticed within a minute");
    table.put_settings(&settings).await.unwrap();
    assert_eq!(cached.get(&table, at(0)).await.unwrap(), settings, "also where the clock was put back");
}

#[tokio::test]
async fn each_change_of_a_questionnaire_is_kept() {
    let table = table().await;
    let first = put(&table, 1, "Ask", true).await.unwrap();
    assert_eq!((first.version, first.position), (1, 1));
    assert_eq!(put(&table, 1, "Ask", true).await.unwrap(), first, "again");
    assert_eq!(put(&table, 2, "Else", true).await.unwrap().position, 2);
    let second = put(&table, 1, "Ask us", true).await.unwrap();
    assert_eq!(second.version, 2);
    assert_eq!(titles(&table, Role::Patient).await, ["Ask us 2", "Else 1"]);
    assert_eq!(table.questionnaire(id(1)).await.unwrap().as_ref(), Some(&second));
    assert_eq!(table.questionnaire_version(id(1), 1).await.unwrap().as_ref(), Some(&first));
    assert_eq!(table.questionnaire_version(id(1), 3).await.unwrap(), None);

    delete(&table, 1).await.unwrap();
    assert_eq!(delete(&table, 1).await, Err(CatalogueError::Missing));
    assert_eq!(titles(&table, Role::Admin).await, ["Else 1"]);
    assert_eq!(table.questionnaire(id(1)).await.unwrap(), None);
    assert_eq!(table.questionnaire_version(id(1), 2).await.unwrap(), Some(second), "its versions stay");
    assert_eq!(put(&table, 1, "Ask", true).await.unwrap().version, 3, "and are never written over");
    assert_eq!(table.questionnaire_version(id(1), 1).await.unwrap(), Some(first));
}

#[tokio::test]
async fn administrators_at_once_leave_one_active() {
    let table = table().await;
    for number in 1..=4 {
        put(&table, number, "Ask", true).await.unwrap();
    }
    let take = |number: u128| {
        let table = table.clone();
        async move {
            if number.is_multiple_of(2) {
                delete(&table, number).await
            } else {
                put(&table, number, "Ask", false).await.map(drop)
            }
        }
    };
    let taken = join_all((1..=4).map(take)).await;
    assert_eq!(taken.iter().filter(|taken| **taken == Err(CatalogueError::LastActive)).count(), 1, "{taken:?}");
    assert_eq!(titles(&table, Role::Patient).await.len(), 1);
}

#[tokio::test]
async fn administrators_at_once_make_versions_of_their_own() {
    let table = table().await;
    let made = join_all((0..5).map(|n| {
        let table = table.clone();
        async move { put(&table, 1, &format!("Ask {n}"), true).await.unwrap() }
    }));
    let mut made = made.await;
    made.sort_by_key(|form| form.version);
    assert_eq!(made.iter().map(|form| form.version).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    for form in &made {
        assert_eq!(table.questionnaire_version(id(1), form.version).await.unwrap().as_ref(), Some(form));
    }
    assert_eq!(table.questionnaire(id(1)).await.unwrap().as_ref(), made.last());
}
