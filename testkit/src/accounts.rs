//! The demo accounts of `dev/openid/accounts.json`, as tokens and as the domain name them.

use domain::ids::UserId;
use domain::person::{Person, Role};
use serde_json::Value;

const ACCOUNTS: &str = include_str!("../../dev/openid/accounts.json");

/// The patient id of `patient-a`.
pub const PATIENT_A: &str = "01900000-0000-7000-8000-00000000000a";
/// The patient id of `patient-b`.
pub const PATIENT_B: &str = "01900000-0000-7000-8000-00000000000b";

fn file() -> Value {
    serde_json::from_str(ACCOUNTS).expect("accounts.json is JSON")
}

/// An account as the file lists it: `id`, `name`, `role` and perhaps `patientId`.
pub fn account(id: &str) -> Value {
    let file = file();
    let mut accounts = file["accounts"].as_array().expect("accounts.json lists accounts").iter();
    accounts.find(|account| account["id"] == id).unwrap_or_else(|| panic!("no demo account is called {id}")).clone()
}

/// The API that accounts have tokens for.
pub fn audience() -> String {
    file()["audience"].as_str().expect("accounts.json names the audience").to_owned()
}

/// The person who signs in with an account.
pub fn person(id: &str) -> Person {
    let account = account(id);
    let role: Role = serde_json::from_value(account["role"].clone()).expect("an account has a role");
    let name = account["name"].as_str().expect("an account has a name").to_owned();
    Person { user_id: UserId::new(id).expect("an account's id is a user id"), role, name }
}

/// Ana, a patient: `patient-a`.
pub fn ana() -> Person {
    person("patient-a")
}

/// Clara, a clinician: `clinician-a`.
pub fn clara() -> Person {
    person("clinician-a")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patient_ids_are_those_of_the_file() {
        assert_eq!(account("patient-a")["patientId"], PATIENT_A);
        assert_eq!(account("patient-b")["patientId"], PATIENT_B);
    }
}
