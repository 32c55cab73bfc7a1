//! POST /patients/{patientId}/conversations: begins a chat, and its encounter with it.
//!
//! A clinician gives it a title. A patient answers a questionnaire, whose title becomes the chat's
//! and whose answers become its first message.

use domain::audit::{Action, Entity};
use domain::conversation::{Changed, Conversation, ConversationStart};
use domain::encounter::Encounter;
use domain::ids::{ConversationId, EncounterId, MessageId, PatientId, QuestionnaireId};
use domain::person::{Caller, Person};
use domain::questionnaire::{Answer as QuestionAnswer, AnswerError, Questionnaire, QuestionnaireResponse};
use domain::text::{MessageText, Title};
use lambda_http::http::HeaderValue;
use lambda_http::{Body, Request, RequestExt as _, Response};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use shared::http::problem::{ApiError, FieldProblem};
use shared::http::{request, response};
use shared::store::{Created, Idempotency};
use utoipa::ToSchema;

use crate::conversations::view::ConversationView;
use crate::messages::response_view::Answer as AnswerView;
use crate::runtime::deps::Deps;
use crate::runtime::refusals::Refusals;
use crate::runtime::serve::{Answer, Handler, Route};

/// This function's route.
pub const ROUTE: Route<Handler> =
    Route::new("create-conversation", "POST", "/patients/{patientId}/conversations", |deps, request| {
        Box::pin(handle(deps, request))
    });

/// The longest `Idempotency-Key`, in characters.
const KEY_MAX_LENGTH: usize = 255;

/// What a clinician sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TitledConversation {
    /// The title: 1 to {max} characters.
    #[schema(example = "Your X-ray", min_length = 1)]
    title: String,
}

/// What a patient sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnsweredQuestionnaire {
    /// The questionnaire.
    #[schema(format = Uuid)]
    questionnaire_id: String,
    /// The version of it that was answered; its present one unless given. While patients can still pick the
    /// questionnaire, a form that was open while it changed is taken as it was asked.
    #[serde(default)]
    #[schema(format = "uint32", minimum = 1)]
    questionnaire_version: Option<u32>,
    /// The answers; required questions must have one.
    answers: Vec<AnswerView>,
}

/// What begins a conversation: a title by a clinician, an answered questionnaire by a patient.
#[derive(Debug, ToSchema)]
#[schema(as = NewConversation)]
#[serde(untagged)]
pub enum NewConversation {
    /// By a clinician.
    Titled(TitledConversation),
    /// By a patient.
    Answered(AnsweredQuestionnaire),
}

/// How a conversation begins.
struct Beginning {
    title: Title,
    encounter_type: Option<String>,
    first_message: Option<(QuestionnaireResponse, MessageText)>,
}

/// Begins a chat
#[utoipa::path(
    post, path = ROUTE.entry.path, tag = "Conversations", request_body = NewConversation,
    params(
        ("patientId" = Uuid, Path, description = "The patient."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[ -~]+$", description = "Makes repeating the request safe for a day."),
    ),
    responses(
        (status = 201, body = ConversationView, headers(("Location" = String, description = "The conversation."))),
        Refusals
    )
)]
pub async fn handle(deps: &Deps, request: Request) -> Answer {
    let caller = deps.caller(&request).await?;
    let patient: PatientId = request::path_id(&request, "patientId")?;
    let person = caller.may_access(patient)?;
    let idempotency = idempotency(&request, person)?;
    let (beginning, known, settings) = tokio::try_join!(
        beginning(deps, &caller, &request),
        async { Ok(deps.table.patient(patient).await?) },
        deps.settings(),
    )?;
    known.ok_or(ApiError::NotFound)?;

    let now = deps.clock.now();
    let (id, encounter_id) = (ConversationId::new(deps.clock.id()), EncounterId::new(deps.clock.id()));
    let start = ConversationStart { id, encounter_id, patient_id: patient, title: beginning.title };
    let head = Conversation::begin(start, person, now);
    let encounter = Encounter::begin(&head, beginning.encounter_type.unwrap_or(settings.encounter_type));
    let changed = match beginning.first_message {
        None => Changed { head, entries: Vec::new() },
        Some((response, text)) => {
            head.post(MessageId::new(deps.clock.id()), text, person, now)?.with_response(response)
        }
    };
    let event = deps.agent(&request, &caller);
    let event = event.map(|agent| agent.changed(patient, Action::CreateConversation, Entity::Conversation(id)));
    match deps.table.create_conversation(&changed, &encounter, event.as_ref(), idempotency.as_ref()).await? {
        Created::Now => Ok(created(&changed.head, &caller)),
        Created::Before(id) => {
            let head = deps.table.conversation(id).await?.ok_or(ApiError::NotFound)?;
            let chat = Entity::Conversation(id);
            deps.record_read(deps.agent(&request, &caller), patient, Action::ReadConversation, chat).await?;
            let mut response = created(&head, &caller);
            response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
            Ok(response)
        }
        Created::KeyReused => Err(ApiError::IdempotencyKeyReused),
    }
}

fn created(head: &Conversation, caller: &Caller) -> Response<Body> {
    let location = format!("/conversations/{}", head.id);
    response::created(&location, &ConversationView::of(head, caller.role().side(), 0))
}

async fn beginning(deps: &Deps, caller: &Caller, request: &Request) -> Result<Beginning, ApiError> {
    match caller {
        Caller::Patient { .. } => {
            let new: AnsweredQuestionnaire = request::json(request)?;
            let form = answered(deps, &new).await?;
            let answers: Vec<_> = new.answers.into_iter().map(QuestionAnswer::from).collect();
            let first_message = form.answer(&answers).map_err(|error| refused(&error, &answers))?;
            let (title, encounter_type) = (Title::from_store(form.title), form.encounter_type);
            Ok(Beginning { title, encounter_type, first_message: Some(first_message) })
        }
        Caller::Clinician(_) | Caller::Admin(_) => {
            let new: TitledConversation = request::json(request)?;
            let title = Title::new(&new.title).map_err(|error| ApiError::invalid("/title", error))?;
            Ok(Beginning { title, encounter_type: None, first_message: None })
        }
    }
}

/// The form that was answered: an active one, as it is or as it was asked.
async fn answered(deps: &Deps, new: &AnsweredQuestionnaire) -> Result<Questionnaire, ApiError> {
    let id = QuestionnaireId::from_outside(&new.questionnaire_id)
        .map_err(|error| ApiError::invalid("/questionnaireId", error))?;
    let present = deps.table.questionnaire(id).await?.filter(|form| form.active);
    let present = present.ok_or_else(|| ApiError::invalid("/questionnaireId", "is no active questionnaire"))?;
    match new.questionnaire_version {
        Some(version) if version != present.version => {
            let former = deps.table.questionnaire_version(id, version).await?;
            former.ok_or_else(|| ApiError::invalid("/questionnaireVersion", "is no version of the questionnaire"))
        }
        _ => Ok(present),
    }
}

/// Points at the answer at fault, or at all of them where one is missing, and names the question.
fn refused(error: &AnswerError, answers: &[QuestionAnswer]) -> ApiError {
    let link_id = error.link_id();
    let at = answers.iter().rposition(|answer| Some(answer.link_id.as_str()) == link_id);
    let pointer = at.map_or("/answers".to_owned(), |index| format!("/answers/{index}"));
    let field = FieldProblem::new(pointer, error.to_string());
    ApiError::Invalid(FieldProblem { link_id: link_id.map(String::from), ..field })
}

/// The request's `Idempotency-Key` (a draft of the IETF's HTTPAPI working group), hashed with what was asked.
fn idempotency(request: &Request, person: &Person) -> Result<Option<Idempotency>, ApiError> {
    let Some(key) = request.headers().get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_MAX_LENGTH);
    let key = key.ok_or_else(|| ApiError::invalid("Idempotency-Key", "is not 1 to 255 visible characters"))?;
    let asked = Sha256::new().chain_update(request.raw_http_path()).chain_update([0]).chain_update(request.body());
    Ok(Some(Idempotency {
        user: person.user_id.clone(),
        key: hex(&Sha256::digest(key)),
        request: hex(&asked.finalize()),
    }))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
