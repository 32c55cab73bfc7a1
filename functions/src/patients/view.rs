//! A patient as clients see them.

use domain::patient::Patient;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A patient.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Patient)]
pub struct PatientView {
    /// Their id.
    pub id: Uuid,
    /// Their name.
    #[schema(example = "Ana Patient")]
    pub name: String,
    /// Their birth date.
    #[schema(value_type = String, format = Date, example = "1980-02-29")]
    pub birth_date: jiff::civil::Date,
    /// The number of their medical record.
    #[schema(example = "MRN-0042")]
    pub record_number: String,
}

impl PatientView {
    /// A patient as they and clinicians see them.
    pub fn of(patient: &Patient) -> Self {
        Self {
            id: patient.id.uuid(),
            name: patient.name.clone(),
            birth_date: patient.birth_date,
            record_number: patient.record_number.clone(),
        }
    }
}
