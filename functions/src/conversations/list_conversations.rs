//! GET /patients/{patientId}/conversations: a patient's chats, open first, newest activity first, with unread marks;
//! all of them, or those that a search finds.

use domain::audit::{Action, Entity};
use domain::ids::PatientId;
use domain::person::{Role, Side};
use domain::search::ConversationQuery;
use lambda_http::{Request, RequestExt as _};
use serde::Deserialize;
use shared::http::cursor::Binding;
use shared::http::problem::ApiError;
use shared::http::{request, response};
use shared::store::{ConversationPage, Position};
use utoipa::IntoParams;

use crate::conversations::view::{ConversationView, StatusView};
use crate::runtime::deps::Deps;
use crate::runtime::page::PageView;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("list-conversations", "GET", "/patients/{patientId}/conversations", |deps, request| {
        Box::pin(handle(deps, request))
    })
    .paged();

/// Which chats.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Only those whose title and messages together have all these words, the last one by its beginning; without
    /// case and accents. 1 to 200 characters with at least one word.
    #[param(example = "potassium hi", min_length = 1, max_length = 200)]
    q: Option<String>,
    /// Only those that are open, or only those that are closed.
    status: Option<StatusView>,
    /// How many at most, from 1 to 100; 25 unless given.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

/// A patient's chats
///
/// Open ones first, then closed ones; newest activity first in each. A message is found by a search within moments
/// of being sent.
#[utoipa::path(
    get, path = ROUTE.entry.path, tag = "Conversations",
    params(("patientId" = Uuid, Path, description = "The patient."), Filter),
    responses((status = 200, body = PageView<ConversationView>), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.caller(&request).await?;
    let patient: PatientId = request::path_id(&request, "patientId")?;
    let reader = caller.may_access(patient)?;
    let filter: Filter = request::query(&request)?;
    let limit = request::limit(filter.limit, 25)?;
    let query = filter.q.as_deref().map(ConversationQuery::new).transpose();
    let query = query.map_err(|error| ApiError::invalid("?q", error))?;
    let status = filter.status.map_or("", |status| if status == StatusView::Open { "open" } else { "closed" });
    let bound = format!("{status}?{}", filter.q.as_deref().unwrap_or_default());
    let bound = Binding { caller: &reader.user_id, path: request.raw_http_path(), query: &bound };
    let start: Option<Position> = deps.cursors.verify(filter.cursor.as_deref(), bound).await?;

    let with_empty = caller.role() != Role::Patient;
    let (page, cursors, ()) = tokio::try_join!(
        async {
            let (status, start) = (filter.status.map(Into::into), start.as_ref());
            let page = ConversationPage { patient, status, with_empty, limit, start };
            Ok(match &query {
                None => deps.table.list_conversations(page).await?,
                Some(query) => deps.table.search_conversations(query, page).await?,
            })
        },
        async { Ok(deps.table.read_cursors(patient, &reader.user_id).await?) },
        deps.record_read(deps.agent(&request, &caller), patient, Action::ListConversations, Entity::Patient),
    )?;
    if page.items.is_empty() && deps.table.patient(patient).await?.is_none() {
        return Err(ApiError::NotFound);
    }
    let side: Side = caller.role().side();
    let view = |head| ConversationView::of(head, side, cursors.get(&head.id).copied().unwrap_or(0));
    let items = page.items.iter().map(view).collect();
    let next_cursor = deps.cursors.sign(page.next.as_ref(), bound).await?;
    Ok(response::ok(&PageView { items, next_cursor }))
}
