//! Patients: the feed from the record system, and finding them by what is typed.

use serde_json::{Value, json};
use tests::eventually::{SOON, eventually, found_if};
use tests::http::Client;
use tests::stack::Stack;
use tests::{new_id, new_word};

/// Looks until a search finds exactly this.
async fn finds(clinician: &Client, typed: &str, expected: &[&Value]) {
    let query = typed.replace(' ', "%20").replace('é', "%C3%A9");
    eventually(&format!("what {typed:?} finds"), SOON, async || {
        let found = clinician.get(&format!("/patients?q={query}")).await.expect(200);
        let items = found["items"].as_array().expect("items");
        found_if(items.iter().collect::<Vec<_>>() == expected, found.clone())
    })
    .await;
}

#[tokio::test]
async fn patients_are_found_by_name_birth_date_and_record_number() {
    let stack = Stack::together().await;
    let (admin, clara) = (stack.person("admin").await, stack.person("clinician-a").await);
    let (id, name, family, number) = (new_id(), new_word(), new_word(), new_id());
    let patient = json!({"id": id, "name": format!("Jos\u{e9}{name} {family}"), "birthDate": "1901-02-03", "recordNumber": number});
    let path = format!("/patients/{id}");
    assert_eq!(admin.put(&path, &patient).await.expect(200), patient);
    assert_eq!(clara.get(&path).await.expect(200), patient);
    for typed in [
        family.clone(),
        family[..12].to_uppercase(),
        format!("jose{name}"),
        format!("jos\u{e9}{name} {family}"),
        format!("{family} 1901-02-03"),
        number.clone(),
        number[..30].to_owned(),
    ] {
        finds(&clara, &typed, &[&patient]).await;
    }
    for typed in [format!("{family}x"), format!("{family} 1901-02-04"), format!("{family} nobody")] {
        finds(&clara, &typed, &[]).await;
    }
}

#[tokio::test]
async fn a_new_name_is_found_and_the_old_one_no_more() {
    let stack = Stack::together().await;
    let (admin, clara) = (stack.person("admin").await, stack.person("clinician-a").await);
    let (id, before, after) = (new_id(), new_word(), new_word());
    let path = format!("/patients/{id}");
    let named = |name: &str| json!({"id": id, "name": name, "birthDate": "1901-02-03", "recordNumber": "R-1"});
    let old = named(&before);
    admin.put(&path, &old).await.expect(200);
    finds(&clara, &before, &[&old]).await;
    let new = named(&after);
    admin.put(&path, &new).await.expect(200);
    finds(&clara, &after, &[&new]).await;
    finds(&clara, &before, &[]).await;
    assert_eq!(clara.get(&path).await.expect(200), new);
    assert_eq!(admin.put(&path, &new).await.expect(200), new, "again");
    finds(&clara, &after, &[&new]).await;
}

#[tokio::test]
async fn patients_see_themselves_and_everybody_who_they_are() {
    let stack = Stack::together().await;
    let ana = stack.person("patient-a").await;
    let id = stack.patient_id("patient-a");
    let own = ana.get(&format!("/patients/{id}")).await.expect(200);
    assert_eq!(own["id"], id);
    let me = ana.get("/me").await.expect(200);
    assert_eq!(me, json!({"userId": "patient-a", "role": "patient", "patientId": id, "name": "Ana Patient"}));
    for (account, role) in [("clinician-a", "clinician"), ("admin", "admin")] {
        let me = stack.person(account).await.get("/me").await.expect(200);
        assert_eq!((&me["userId"], &me["role"], me.get("patientId")), (&json!(account), &json!(role), None));
    }
}

#[tokio::test]
async fn the_configuration_is_for_everybody_and_the_rest_for_nobody_in_particular() {
    let stack = Stack::together().await;
    for account in ["patient-a", "clinician-a", "admin"] {
        let person = stack.person(account).await;
        let settings = person.get("/settings").await.expect(200);
        assert_eq!(settings["tasking"], json!({"enabled": true, "pool": "clinic"}));
        assert_eq!(settings["encounterType"], "Results");
        let forms = person.get("/questionnaires").await.expect(200);
        assert!(forms["items"][0]["items"].as_array().is_some_and(|items| !items.is_empty()), "{forms}");
    }
    let stranger = stack.stranger();
    assert_eq!(stranger.get("/health").await.expect(200)["status"], "ok");
    let document = stranger.get("/openapi.json").await.expect(200);
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{document}");
}
