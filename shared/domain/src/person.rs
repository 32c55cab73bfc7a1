//! People: users' roles, the two sides of a conversation, and the caller of a request.

use serde::{Deserialize, Serialize};

use crate::ids::{PatientId, UserId};

/// A user's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A patient; uses the portal.
    Patient,
    /// A clinician; uses patients' charts and the tasklist.
    Clinician,
    /// An administrator; configures the system and has no access to conversations.
    Admin,
}

/// The two sides of a conversation. Only messages from the other side can be unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The patient.
    Patient,
    /// All staff of the clinic.
    Staff,
}

impl Side {
    /// The opposite side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Patient => Self::Staff,
            Self::Staff => Self::Patient,
        }
    }
}

impl Role {
    /// The side that this role belongs to.
    pub const fn side(self) -> Side {
        match self {
            Self::Patient => Side::Patient,
            Self::Clinician | Self::Admin => Side::Staff,
        }
    }
}

/// A user, as recorded with what they wrote or did: name and role are those at that time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their id at the identity provider.
    pub user_id: UserId,
    /// Their role at that time.
    pub role: Role,
    /// Their name at that time.
    pub name: String,
}

/// The user who makes a request, from the verified token. The type ensures that a patient has a patient id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A patient, with access to one record.
    Patient {
        /// The user.
        person: Person,
        /// The patient whose record they may access.
        patient_id: PatientId,
    },
    /// A clinician.
    Clinician(Person),
    /// An administrator.
    Admin(Person),
}

impl Caller {
    /// The user.
    pub const fn person(&self) -> &Person {
        match self {
            Self::Patient { person, .. } | Self::Clinician(person) | Self::Admin(person) => person,
        }
    }

    /// Their role.
    pub const fn role(&self) -> Role {
        self.person().role
    }

    /// The patient id of a patient; none for staff.
    pub const fn patient_id(&self) -> Option<PatientId> {
        match self {
            Self::Patient { patient_id, .. } => Some(*patient_id),
            Self::Clinician(_) | Self::Admin(_) => None,
        }
    }
}
