//! The table of routes: which function answers what. A test holds it against the binaries, the sample
//! events, the `OpenAPI` document and the stack's own table.

use crate::{
    create_attachment, create_conversation, create_order, delete_questionnaire, get_attachment, get_conversation,
    get_encounter, get_health, get_me, get_notifications, get_openapi, get_patient, get_questionnaire, get_settings,
    link_document, list_access_log, list_conversations, list_encounters, list_messages, list_questionnaires,
    list_tasks, mark_read, mark_unread, put_notifications, put_patient, put_questionnaire, put_settings, refuse_route,
    search_patients, send_message, set_conversation_status, set_encounter_status, update_task,
};

/// A route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The function's binary.
    pub binary: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// Whether it makes page cursors.
    pub pages: bool,
    /// Whether it signs addresses of images.
    pub images: bool,
    /// Whether it looks at or changes subscriptions to notices.
    pub topics: bool,
}

impl Route {
    /// A route.
    pub const fn new(binary: &'static str, method: &'static str, path: &'static str) -> Self {
        Self { binary, method, path, pages: false, images: false, topics: false }
    }

    /// The same route, which makes page cursors.
    #[must_use]
    pub const fn paged(self) -> Self {
        Self { pages: true, ..self }
    }

    /// The same route, which signs addresses of images.
    #[must_use]
    pub const fn with_images(self) -> Self {
        Self { images: true, ..self }
    }

    /// The same route, which looks at or changes subscriptions to notices.
    #[must_use]
    pub const fn with_topics(self) -> Self {
        Self { topics: true, ..self }
    }

    /// Whether a path is one of this route's.
    pub fn matches(&self, path: &str) -> bool {
        let (mut own, mut asked) = (self.path.split('/'), path.split('/'));
        loop {
            match (own.next(), asked.next()) {
                (None, None) => return true,
                (Some(own), Some(asked)) if own == asked || (own.starts_with('{') && !asked.is_empty()) => {}
                _ => return false,
            }
        }
    }
}

/// All routes.
pub const ALL: [Route; 33] = [
    get_health::ROUTE,
    get_openapi::ROUTE,
    get_me::ROUTE,
    get_notifications::ROUTE,
    put_notifications::ROUTE,
    get_settings::ROUTE,
    put_settings::ROUTE,
    list_questionnaires::ROUTE,
    get_questionnaire::ROUTE,
    put_questionnaire::ROUTE,
    delete_questionnaire::ROUTE,
    search_patients::ROUTE,
    get_patient::ROUTE,
    put_patient::ROUTE,
    list_conversations::ROUTE,
    create_conversation::ROUTE,
    get_conversation::ROUTE,
    list_messages::ROUTE,
    send_message::ROUTE,
    create_attachment::ROUTE,
    get_attachment::ROUTE,
    set_conversation_status::ROUTE,
    mark_read::ROUTE,
    mark_unread::ROUTE,
    list_encounters::ROUTE,
    get_encounter::ROUTE,
    set_encounter_status::ROUTE,
    create_order::ROUTE,
    link_document::ROUTE,
    list_tasks::ROUTE,
    update_task::ROUTE,
    list_access_log::ROUTE,
    refuse_route::ROUTE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_match_one_segment() {
        let route = Route::new("x", "GET", "/conversations/{conversationId}/messages");
        assert!(route.matches("/conversations/1/messages"));
        for path in ["/conversations//messages", "/conversations/1", "/conversations/1/messages/", "/"] {
            assert!(!route.matches(path), "{path}");
        }
    }
}
