//! What a caller may do (rule 9): a patient reaches only their own records, staff what their role allows.
//!
//! What is not a patient's own looks the same as what does not exist.

use super::conversation::Conversation;
use super::encounter::Encounter;
use super::ids::PatientId;
use super::person::{Caller, Person};
use super::task::Task;

/// Why a caller is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Not theirs: answered as if it did not exist.
    #[error("not found")]
    NotFound,
    /// Their role has no business here, whatever they ask for.
    #[error("the caller's role does not allow this")]
    Forbidden,
}

impl Caller {
    /// Lets a patient's own record and every clinician pass: reading a patient.
    pub fn may_reach(&self, patient_id: PatientId) -> Result<&Person, Denied> {
        match self {
            Self::Patient { person, patient_id: own } if *own == patient_id => Ok(person),
            Self::Patient { .. } => Err(Denied::NotFound),
            Self::Clinician(person) => Ok(person),
            Self::Admin(_) => Err(Denied::Forbidden),
        }
    }

    /// Lets patients and clinicians pass: conversations, whichever they are.
    pub fn must_take_part(&self) -> Result<&Person, Denied> {
        match self {
            Self::Patient { person, .. } | Self::Clinician(person) => Ok(person),
            Self::Admin(_) => Err(Denied::Forbidden),
        }
    }

    /// Lets clinicians pass: encounters, tasks, the search for patients.
    pub fn must_be_clinician(&self) -> Result<&Person, Denied> {
        match self {
            Self::Clinician(person) => Ok(person),
            Self::Patient { .. } | Self::Admin(_) => Err(Denied::Forbidden),
        }
    }

    /// Lets administrators pass: settings and questionnaires.
    pub fn must_be_admin(&self) -> Result<&Person, Denied> {
        match self {
            Self::Admin(person) => Ok(person),
            Self::Patient { .. } | Self::Clinician(_) => Err(Denied::Forbidden),
        }
    }

    /// Lets administrators pass: the feed of a patient.
    pub fn may_feed(&self, patient_id: PatientId) -> Result<&Person, Denied> {
        match self {
            Self::Admin(person) => Ok(person),
            Self::Patient { .. } | Self::Clinician(_) => {
                Err(self.may_reach(patient_id).err().unwrap_or(Denied::Forbidden))
            }
        }
    }

    /// Lets a patient's own access log and administrators pass: who of the staff saw and did what.
    pub fn may_see_access_log(&self, patient_id: PatientId) -> Result<&Person, Denied> {
        match self {
            Self::Patient { .. } => self.may_reach(patient_id),
            Self::Admin(person) => Ok(person),
            Self::Clinician(_) => Err(Denied::Forbidden),
        }
    }

    /// Lets clinicians pass to what stands in a patient's chart. To its patient it exists and is not
    /// theirs to see; to other patients it does not exist.
    pub fn may_open_chart(&self, patient_id: PatientId) -> Result<&Person, Denied> {
        self.may_reach(patient_id)?;
        self.must_be_clinician()
    }
}

impl Encounter {
    /// Lets clinicians pass.
    pub fn visible_to(self, caller: &Caller) -> Result<Self, Denied> {
        caller.may_open_chart(self.patient_id)?;
        Ok(self)
    }
}

impl Task {
    /// Lets clinicians pass.
    pub fn visible_to(self, caller: &Caller) -> Result<Self, Denied> {
        caller.may_open_chart(self.patient_id)?;
        Ok(self)
    }
}

impl Conversation {
    /// Lets the conversation's participants pass: its patient, once it holds a message, and clinicians.
    pub fn visible_to(self, caller: &Caller) -> Result<Self, Denied> {
        caller.may_reach(self.patient_id)?;
        match caller {
            Caller::Patient { .. } if self.last_message.is_none() => Err(Denied::NotFound),
            _ => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::tests::{at, clara, empty, patient_caller};
    use crate::ids::MessageId;
    use crate::text::MessageText;

    #[test]
    fn a_patient_reaches_only_their_own_record() {
        let own = empty();
        let ana_calls = patient_caller(own.patient_id);
        assert!(ana_calls.may_reach(own.patient_id).is_ok());
        let other = PatientId::new(uuid::Uuid::from_u128(7));
        assert_eq!(ana_calls.may_reach(other), Err(Denied::NotFound));
        assert_eq!(ana_calls.must_be_clinician(), Err(Denied::Forbidden));
        assert_eq!(ana_calls.may_feed(own.patient_id), Err(Denied::Forbidden));
        assert_eq!(ana_calls.may_feed(other), Err(Denied::NotFound));
        assert_eq!(ana_calls.may_open_chart(own.patient_id), Err(Denied::Forbidden));
        assert_eq!(ana_calls.may_open_chart(other), Err(Denied::NotFound), "also where patients have no business");
        let clara_calls = Caller::Clinician(clara());
        assert!(clara_calls.may_open_chart(other).is_ok());
        assert_eq!(clara_calls.must_be_admin(), Err(Denied::Forbidden));
        assert_eq!(ana_calls.must_be_admin(), Err(Denied::Forbidden));
        assert_eq!(clara_calls.may_feed(other), Err(Denied::Forbidden));
        assert!(ana_calls.may_see_access_log(own.patient_id).is_ok());
        assert_eq!(ana_calls.may_see_access_log(other), Err(Denied::NotFound));
        assert_eq!(clara_calls.may_see_access_log(other), Err(Denied::Forbidden));
    }

    #[test]
    fn an_administrator_takes_no_part_in_care() {
        let admin = Caller::Admin(clara());
        assert_eq!(admin.may_reach(empty().patient_id), Err(Denied::Forbidden));
        assert_eq!(admin.must_take_part(), Err(Denied::Forbidden), "whether the conversation exists or not");
        assert_eq!(admin.may_open_chart(empty().patient_id), Err(Denied::Forbidden));
        assert!(admin.may_feed(empty().patient_id).is_ok());
        assert!(admin.must_be_admin().is_ok());
        assert!(admin.may_see_access_log(empty().patient_id).is_ok());
    }

    #[test]
    fn the_patient_sees_a_conversation_with_its_first_message() {
        let conversation = empty();
        let patient = patient_caller(conversation.patient_id);
        assert_eq!(conversation.clone().visible_to(&patient), Err(Denied::NotFound));
        assert!(conversation.clone().visible_to(&Caller::Clinician(clara())).is_ok());
        let message = MessageText::new("Your result is here.").unwrap();
        let posted = conversation.post(MessageId::new(uuid::Uuid::nil()), message, None, &clara(), at(1)).unwrap();
        assert!(posted.head.clone().visible_to(&patient).is_ok());
        let stranger = patient_caller(PatientId::new(uuid::Uuid::from_u128(7)));
        assert_eq!(posted.head.visible_to(&stranger), Err(Denied::NotFound));
    }
}
