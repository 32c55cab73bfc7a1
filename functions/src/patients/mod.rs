//! Patients, and who of the staff has seen what of them.

use crate::runtime::list::routes;

pub mod access_log_view;
pub mod get_patient;
pub mod list_access_log;
pub mod put_patient;
pub mod search_patients;
pub mod view;

routes!(patients: search_patients, get_patient, put_patient, list_access_log);
