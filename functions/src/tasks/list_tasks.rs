//! GET /tasks: a pool's tasklist, what is still to do first, oldest first; for clinicians.

use domain::ids::UserId;
use domain::person::Person;
use lambda_http::{Request, RequestExt as _};
use serde::Deserialize;
use shared::http::cursor::Binding;
use shared::http::problem::{ApiError, FieldProblem};
use shared::http::{request, response};
use shared::store::{Position, TaskPage};
use utoipa::IntoParams;

use crate::runtime::deps::Deps;
use crate::runtime::page::PageView;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};
use crate::tasks::view::{TaskStatusView, TaskView};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("list-tasks", "GET", "/tasks", |deps, request| Box::pin(handle(deps, request))).paged();

/// Which tasks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// The pool; the one that new tasks go to unless given.
    #[param(example = "clinic")]
    pool: Option<String>,
    /// Only tasks with this status.
    status: Option<TaskStatusView>,
    /// Only the tasks of this owner: a user id, or `me` for the caller.
    #[param(example = "me", min_length = 1, max_length = 255)]
    owner: Option<String>,
    /// How many at most, from 1 to 100; 25 unless given.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

/// A pool's tasklist
///
/// Requested ones, then those in progress, then completed ones; oldest first in each. A page of an owner's tasks may be
/// short, even empty, and have a next one.
#[utoipa::path(
    get, path = ROUTE.entry.path, tag = "Tasks", params(Filter),
    responses((status = 200, body = PageView<TaskView>), Refusals)
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.caller(&request).await?;
    let reader = caller.must_be_clinician()?;
    let filter: Filter = request::query(&request)?;
    let limit = request::limit(filter.limit, 25)?;
    let pool = match filter.pool {
        Some(pool) => pool,
        None => deps.settings().await?.tasking.pool,
    };
    let owner = filter.owner.as_deref().map(|owner| named(owner, reader)).transpose()?;
    let query = format!("{:?} {owner:?} {pool}", filter.status);
    let bound = Binding { caller: &reader.user_id, path: request.raw_http_path(), query: &query };
    let start: Option<Position> = deps.cursors.verify(filter.cursor.as_deref(), bound).await?;
    let (status, start) = (filter.status.map(Into::into), start.as_ref());
    let page = deps.table.list_tasks(TaskPage { pool: &pool, status, owner: owner.as_ref(), limit, start }).await?;
    let next_cursor = deps.cursors.sign(page.next.as_ref(), bound).await?;
    Ok(response::ok(&PageView { items: page.items.iter().map(TaskView::of).collect(), next_cursor }))
}

/// Whose tasks are asked for.
fn named(owner: &str, caller: &Person) -> Result<UserId, ApiError> {
    if owner == "me" {
        return Ok(caller.user_id.clone());
    }
    UserId::new(owner).ok_or_else(|| ApiError::Malformed(FieldProblem::new("?owner", "is no user id")))
}
