//! PUT /tasks/{taskId}: takes a task, gives it back or completes it; for clinicians.

use domain::ids::{TaskId, UserId};
use domain::person::Person;
use domain::task::{Owner, Task};
use lambda_http::Request;
use serde::Deserialize;
use shared::http::problem::{ApiError, Problem};
use shared::http::{request, response};
use shared::store::Decision;
use utoipa::ToSchema;

use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};
use crate::tasks::view::{TaskStatusView, TaskView};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("update-task", "PUT", "/tasks/{taskId}", |deps, request| Box::pin(handle(deps, request)));

/// What the task shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskUpdate {
    /// How far it shall have come.
    status: TaskStatusView,
    /// The user id of who works on it; the caller unless given.
    #[schema(example = "clinician-a", min_length = 1)]
    owner: Option<String>,
}

/// Takes a task, gives it back or completes it
///
/// Repeating it changes nothing. A completed task stays completed: the patient's next message opens a new one.
#[utoipa::path(
    put, path = ROUTE.entry.path, tag = "Tasks", request_body = TaskUpdate,
    params(("taskId" = Uuid, Path, description = "The task.")),
    responses(
        (status = 200, body = TaskView),
        (status = 409, description = "`task-completed`", body = Problem, content_type = "application/problem+json"),
        Refusals
    )
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.participant(&request).await?;
    let person = caller.person();
    let id: TaskId = request::path_id(&request, "taskId")?;
    let update: TaskUpdate = request::json(&request)?;
    let owner = update.owner.as_deref().map(|owner| named(owner, person)).transpose()?;
    let now = deps.clock.now();
    let decide = |task: &Task| {
        task.must_be_visible_to(&caller)?;
        let change = task.set_status(update.status.into(), owner.clone(), person, now)?;
        Ok::<_, ApiError>(Decision { change, event: None })
    };
    let task = deps.table.change_task(id, decide).await?;
    Ok(response::ok(&TaskView::of(&task)))
}

/// The owner by a user id; only the caller's own name is known.
fn named(owner: &str, caller: &Person) -> Result<Owner, ApiError> {
    let user_id = UserId::new(owner).ok_or_else(|| ApiError::invalid("/owner", "is no user id"))?;
    Ok(if user_id == caller.user_id { Owner::of(caller) } else { Owner { user_id, name: None } })
}
