//! All routes, subject by subject. Each is declared in its own module and listed in its subject's `mod.rs`, nowhere else.

use crate::runtime::route::{ListedRoute, RouteEntry};
use crate::{attachments, configuration, conversations, encounters, messages, patients, people, tasks};

/// The routes of each subject. `system` has its own, which answer without a token and need this list.
pub(crate) const SUBJECTS: [&[ListedRoute]; 8] = [
    people::ROUTES,
    configuration::ROUTES,
    patients::ROUTES,
    conversations::ROUTES,
    messages::ROUTES,
    attachments::ROUTES,
    encounters::ROUTES,
    tasks::ROUTES,
];

/// The routes of all subjects.
pub(crate) fn all() -> impl Iterator<Item = RouteEntry> {
    SUBJECTS.into_iter().flatten().map(|(route, _)| *route)
}
