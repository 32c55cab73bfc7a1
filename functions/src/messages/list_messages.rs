//! GET /conversations/{conversationId}/messages: a chat's entries: the latest, those before a number, those after one.

use domain::audit::{Action, Entity};
use domain::ids::{ConversationId, EntryNumber};
use lambda_http::{Request, RequestExt as _};
use serde::{Deserialize, Serialize};
use shared::http::cursor::Binding;
use shared::http::problem::{ApiError, FieldProblem};
use shared::http::{request, response};
use shared::store::OpenedChat;
use utoipa::IntoParams;

use crate::messages::view::EntryView;
use crate::runtime::deps::Deps;
use crate::runtime::page::PageView;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("list-messages", "GET", "/conversations/{conversationId}/messages", |deps, request| {
        Box::pin(handle(deps, request))
    })
    .paged();

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Only entries before this number: to page backwards.
    #[param(value_type = Option<u64>, format = "uint64")]
    before: Option<EntryNumber>,
    /// Only entries after this number: to catch up with everything missed.
    #[param(value_type = Option<u64>, format = "uint64")]
    after: Option<EntryNumber>,
    /// How many at most, from 1 to 100; 50 unless given.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// The `nextCursor` of the page before, which goes on in the same direction, whatever `before` or `after` say.
    cursor: Option<String>,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Place {
    Latest,
    Before(EntryNumber),
    After(EntryNumber),
}

/// A chat's entries
///
/// Ascending numbers, without gaps: the latest ones, those before a number, or those after one.
#[utoipa::path(
    get, path = ROUTE.entry.path, tag = "Conversations",
    params(("conversationId" = Uuid, Path, description = "The conversation."), Range),
    responses((status = 200, body = PageView<EntryView>), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let id: ConversationId = request::path_id(&request, "conversationId")?;
    let range: Range = request::query(&request)?;
    let limit = request::limit(range.limit, 50)?;
    let bound = Binding { caller: &caller.person().user_id, path: request.raw_http_path(), query: "" };
    let shown: Option<Place> = deps.cursors.verify(range.cursor.as_deref(), bound).await?;
    let place = place(&range, shown)?;

    let chat = match place {
        Place::Latest => deps.table.open_chat(id, limit).await?,
        Place::Before(number) => deps.table.entries_before(id, number, limit).await?,
        Place::After(number) => deps.table.entries_after(id, number, limit).await?,
    };
    let OpenedChat { head, entries } = chat.ok_or(ApiError::NotFound)?;
    let head = head.visible_to(&caller)?;
    deps.record_read(
        deps.agent(&request, &caller),
        head.patient_id,
        Action::ReadConversation,
        Entity::Conversation(id),
    )
    .await?;
    let next = match (place, entries.first(), entries.last()) {
        (Place::After(_), _, Some(last)) => (last.number < head.last_number).then_some(Place::After(last.number)),
        (_, Some(first), _) => (first.number > 1).then_some(Place::Before(first.number)),
        _ => None,
    };
    let next_cursor = deps.cursors.sign(next.as_ref(), bound).await?;
    let now = deps.clock.now();
    let items = entries.iter().map(|entry| EntryView::of(entry, now)).collect();
    Ok(response::ok(&PageView { items, next_cursor }))
}

fn place(range: &Range, shown: Option<Place>) -> Result<Place, ApiError> {
    match (shown, range.before, range.after) {
        (Some(place), ..) => Ok(place),
        (None, None, None) => Ok(Place::Latest),
        (None, Some(number), None) => Ok(Place::Before(number)),
        (None, None, Some(number)) => Ok(Place::After(number)),
        (None, Some(_), Some(_)) => Err(ApiError::Malformed(FieldProblem::new("?before", "excludes `after`"))),
    }
}
