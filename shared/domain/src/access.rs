//! Access control (rule 9): patients access only their own records, staff only what their role allows.
//!
//! Another patient's record is reported as not found, exactly like a record that does not exist.

use crate::ids::PatientId;
use crate::person::{Caller, Person};

/// Why access is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Another patient's record: reported as if it did not exist.
    #[error("not found")]
    NotFound,
    /// The caller's role may not use this operation, on any record.
    #[error("the caller's role does not allow this")]
    Forbidden,
}

impl Caller {
    /// Allows the patient themselves and every clinician.
    pub fn may_access(&self, patient_id: PatientId) -> Result<&Person, Denied> {
        match self {
            Self::Patient { person, patient_id: own } if *own == patient_id => Ok(person),
            Self::Patient { .. } => Err(Denied::NotFound),
            Self::Clinician(person) => Ok(person),
            Self::Admin(_) => Err(Denied::Forbidden),
        }
    }

    /// Allows patients and clinicians, before it is known which conversation they ask for.
    pub fn must_be_participant(&self) -> Result<&Person, Denied> {
        match self {
            Self::Patient { person, .. } | Self::Clinician(person) => Ok(person),
            Self::Admin(_) => Err(Denied::Forbidden),
        }
    }

    /// Allows clinicians: encounters, tasks, patient search.
    pub fn must_be_clinician(&self) -> Result<&Person, Denied> {
        match self {
            Self::Clinician(person) => Ok(person),
            Self::Patient { .. } | Self::Admin(_) => Err(Denied::Forbidden),
        }
    }

    /// Allows administrators: settings and questionnaires.
    pub fn must_be_admin(&self) -> Result<&Person, Denied> {
        match self {
            Self::Admin(person) => Ok(person),
            Self::Patient { .. } | Self::Clinician(_) => Err(Denied::Forbidden),
        }
    }

    /// Allows administrators to create or update a patient's record.
    pub fn may_update_patient(&self, patient_id: PatientId) -> Result<&Person, Denied> {
        match self {
            Self::Admin(person) => Ok(person),
            Self::Patient { .. } | Self::Clinician(_) => {
                Err(self.may_access(patient_id).err().unwrap_or(Denied::Forbidden))
            }
        }
    }

    /// Allows administrators, and patients for their own access log.
    pub fn may_read_access_log(&self, patient_id: PatientId) -> Result<&Person, Denied> {
        match self {
            Self::Patient { .. } => self.may_access(patient_id),
            Self::Admin(person) => Ok(person),
            Self::Clinician(_) => Err(Denied::Forbidden),
        }
    }

    /// Allows clinicians to read a patient's chart. The patient themselves is forbidden; for other patients the
    /// chart is not found.
    pub fn may_read_chart(&self, patient_id: PatientId) -> Result<&Person, Denied> {
        self.may_access(patient_id)?;
        self.must_be_clinician()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{clara, empty, patient_caller};

    #[test]
    fn patients_access_only_their_own_record() {
        let own = empty();
        let ana_calls = patient_caller(own.patient_id);
        assert!(ana_calls.may_access(own.patient_id).is_ok());
        let other = PatientId::new(uuid::Uuid::from_u128(7));
        assert_eq!(ana_calls.may_access(other), Err(Denied::NotFound));
        assert_eq!(ana_calls.must_be_clinician(), Err(Denied::Forbidden));
        assert_eq!(ana_calls.may_update_patient(own.patient_id), Err(Denied::Forbidden));
        assert_eq!(ana_calls.may_update_patient(other), Err(Denied::NotFound));
        assert_eq!(ana_calls.may_read_chart(own.patient_id), Err(Denied::Forbidden));
        assert_eq!(ana_calls.may_read_chart(other), Err(Denied::NotFound), "not found comes before forbidden");
        let clara_calls = Caller::Clinician(clara());
        assert!(clara_calls.may_read_chart(other).is_ok());
        assert_eq!(clara_calls.must_be_admin(), Err(Denied::Forbidden));
        assert_eq!(ana_calls.must_be_admin(), Err(Denied::Forbidden));
        assert_eq!(clara_calls.may_update_patient(other), Err(Denied::Forbidden));
        assert!(ana_calls.may_read_access_log(own.patient_id).is_ok());
        assert_eq!(ana_calls.may_read_access_log(other), Err(Denied::NotFound));
        assert_eq!(clara_calls.may_read_access_log(other), Err(Denied::Forbidden));
    }

    #[test]
    fn administrators_have_no_access_to_clinical_records() {
        let admin = Caller::Admin(clara());
        assert_eq!(admin.may_access(empty().patient_id), Err(Denied::Forbidden));
        assert_eq!(admin.must_be_participant(), Err(Denied::Forbidden));
        assert_eq!(admin.may_read_chart(empty().patient_id), Err(Denied::Forbidden));
        assert!(admin.may_update_patient(empty().patient_id).is_ok());
        assert!(admin.must_be_admin().is_ok());
        assert!(admin.may_read_access_log(empty().patient_id).is_ok());
    }
}
