//! Who someone is: their role, their name as shown, and which side of a conversation they are on.

use serde::{Deserialize, Serialize};

use super::ids::{PatientId, UserId};

/// What someone is in the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person in care; signs in to the portal.
    Patient,
    /// Staff; works in patients' charts and the tasklist.
    Clinician,
    /// Configures the system; takes no part in conversations.
    Admin,
}

/// The two sides of a conversation. What is unread is always what the other side wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The patient.
    Patient,
    /// Everybody who works for the health organisation.
    Staff,
}

impl Role {
    /// The side that this role writes on.
    pub const fn side(self) -> Side {
        match self {
            Self::Patient => Side::Patient,
            Self::Clinician | Self::Admin => Side::Staff,
        }
    }
}

/// Someone, as shown beside what they wrote or did. Kept with it: names and roles change, records don't.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their id at the issuer.
    pub user_id: UserId,
    /// The role they acted in.
    pub role: Role,
    /// Their name, as it was then.
    pub name: String,
}

/// Who calls, as their verified token says. A patient without a patient id can't be expressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A patient, who reaches this one record.
    Patient {
        /// Who they are.
        person: Person,
        /// Their record.
        patient_id: PatientId,
    },
    /// A clinician.
    Clinician(Person),
    /// An administrator.
    Admin(Person),
}

impl Caller {
    /// Who it is.
    pub const fn person(&self) -> &Person {
        match self {
            Self::Patient { person, .. } | Self::Clinician(person) | Self::Admin(person) => person,
        }
    }

    /// Their role.
    pub const fn role(&self) -> Role {
        self.person().role
    }

    /// The record of a patient who calls.
    pub const fn patient_id(&self) -> Option<PatientId> {
        match self {
            Self::Patient { patient_id, .. } => Some(*patient_id),
            Self::Clinician(_) | Self::Admin(_) => None,
        }
    }
}
