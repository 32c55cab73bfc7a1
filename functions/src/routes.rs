//! The list of routes: each is declared in its own module and listed here, nowhere else.
//!
//! Everything that needs all of them follows from this list: the `OpenAPI` document, the binaries, the stack, the router
//! of `cargo lambda watch`, and the tests' dispatch (`cargo xtask generate` writes what is committed of it).

use crate::runtime::route::RouteEntry;

/// Hands the modules of all routes to a macro, in the order of the API contract.
///
/// The two that need this list themselves are not in it: `system::get_openapi` and `system::refuse_route`.
#[macro_export]
macro_rules! with_routes {
    ($with:ident) => {
        $with! {
            system::get_health,
            people::get_me,
            people::get_notifications,
            people::put_notifications,
            configuration::get_settings,
            configuration::put_settings,
            configuration::list_questionnaires,
            configuration::get_questionnaire,
            configuration::put_questionnaire,
            configuration::delete_questionnaire,
            patients::search_patients,
            patients::get_patient,
            patients::put_patient,
            conversations::list_conversations,
            conversations::create_conversation,
            conversations::get_conversation,
            messages::list_messages,
            messages::send_message,
            attachments::create_attachment,
            attachments::get_attachment,
            conversations::set_conversation_status,
            conversations::mark_read,
            conversations::mark_unread,
            encounters::list_encounters,
            encounters::get_encounter,
            encounters::set_encounter_status,
            encounters::create_order,
            encounters::link_document,
            tasks::list_tasks,
            tasks::update_task,
            patients::list_access_log,
        }
    };
}

macro_rules! entries {
    ($($group:ident::$module:ident),* $(,)?) => {
        /// What is known of the listed routes without their handlers.
        pub const ROUTES: &[RouteEntry] = &[$(crate::$group::$module::ROUTE.entry),*];

        /// The modules of the listed routes, in the same order.
        pub(crate) const MODULES: &[&str] = &[$(concat!(stringify!($group), "::", stringify!($module))),*];
    };
}

with_routes!(entries);
