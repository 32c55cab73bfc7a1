//! Serves a handler as a Lambda function: one log line per request, and a problem document for every failure.
//!
//! A panic is caught: its request gets a 500, the sandbox lives on.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use aws_types::SdkConfig;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Error, Request, RequestExt as _, Response, service_fn};
use shared::attachments::Bucket;
use shared::config::{Config, Needs, TopicUse};
use shared::http::gateway;
use shared::http::problem::ApiError;
use shared::telemetry;

use crate::runtime::aws;
use crate::runtime::deps::{self, Deps};
use crate::runtime::route::RouteEntry;

/// What a handler answers.
pub type Answer = Result<Response<Body>, ApiError>;

/// A handler that needs its caller and the table.
pub type Handler = for<'a> fn(&'a Deps, Request) -> BoxFuture<'a, Answer>;

/// A handler that needs neither.
pub type PublicHandler = fn(&Request) -> Answer;

/// A handler that needs the images too.
pub type ImageHandler = for<'a> fn(&'a Deps, &'a Bucket, Request) -> BoxFuture<'a, Answer>;

/// A handler of any kind.
#[derive(Debug, Clone, Copy)]
pub enum AnyHandler {
    /// It needs its caller and the table.
    Table(Handler),
    /// It needs the images too.
    Images(ImageHandler),
    /// It needs neither.
    Public(PublicHandler),
}

/// A route and its handler, declared once, in the handler's module. `H` says what the handler needs.
#[derive(Debug, Clone, Copy)]
pub struct Route<H> {
    /// What is known of it without its handler.
    pub entry: RouteEntry,
    /// Answers its requests.
    pub handler: H,
}

impl<H: Copy> Route<H> {
    /// The same route, which makes page cursors.
    #[must_use]
    pub const fn paged(self) -> Self {
        Self { entry: RouteEntry { pages: true, ..self.entry }, ..self }
    }

    /// The same route, which looks at or changes subscriptions to notifications.
    #[must_use]
    pub const fn with_topics(self) -> Self {
        Self { entry: RouteEntry { topics: true, ..self.entry }, ..self }
    }
}

impl Route<Handler> {
    /// The handler, as one of any kind.
    pub const fn any_handler(&self) -> AnyHandler {
        AnyHandler::Table(self.handler)
    }

    /// A route by its function's name, its method and its path.
    pub const fn new(name: &'static str, method: &'static str, path: &'static str, handler: Handler) -> Self {
        Self { entry: RouteEntry::new(name, method, path), handler }
    }

    /// Runs the route's function until Lambda ends it.
    pub fn run(self) {
        let topics = if self.entry.topics { TopicUse::Subscribe } else { TopicUse::None };
        let needs = Needs { callers: true, cursor_secret: self.entry.pages, topics, ..Needs::default() };
        run_with(self.entry, needs, Deps::new, self.handler);
    }
}

impl Route<ImageHandler> {
    /// The handler, as one of any kind.
    pub const fn any_handler(&self) -> AnyHandler {
        AnyHandler::Images(self.handler)
    }

    /// A route that signs addresses of images.
    pub const fn with_images(
        name: &'static str,
        method: &'static str,
        path: &'static str,
        handler: ImageHandler,
    ) -> Self {
        Self { entry: RouteEntry { images: true, ..RouteEntry::new(name, method, path) }, handler }
    }

    /// Runs the function of a route that signs addresses of images until Lambda ends it. Only such functions are
    /// linked with what that takes.
    pub fn run(self) {
        let needs = Needs { callers: true, bucket: true, ..Needs::default() };
        let connect = |config: &Config, aws: &SdkConfig| (Deps::new(config, aws), deps::bucket(config, aws));
        let handler = self.handler;
        run_with(self.entry, needs, connect, move |(deps, bucket), request| handler(deps, bucket, request));
    }
}

impl Route<PublicHandler> {
    /// The handler, as one of any kind.
    pub const fn any_handler(&self) -> AnyHandler {
        AnyHandler::Public(self.handler)
    }

    /// A route that is answered without a token.
    pub const fn public(name: &'static str, method: &'static str, path: &'static str, handler: PublicHandler) -> Self {
        Self { entry: RouteEntry { public: true, ..RouteEntry::new(name, method, path) }, handler }
    }

    /// Runs a public route's function until Lambda ends it.
    pub fn run(self) {
        telemetry::init();
        let Self { entry, handler } = self;
        block_on(lambda_http::run(service_fn(move |request: Request| async move {
            let handle = |request| async move { handler(&gateway::normalize(request, None)?) };
            Ok::<_, Error>(answer(entry, request, handle).await)
        })));
    }
}

fn run_with<D: Sync>(
    route: RouteEntry,
    needs: Needs,
    connect: impl FnOnce(&Config, &SdkConfig) -> D,
    handler: impl for<'a> Fn(&'a D, Request) -> BoxFuture<'a, Answer> + Sync,
) {
    telemetry::init();
    block_on(async {
        let config = Config::from_env(needs)?;
        let deps = connect(&config, &aws::connection()?);
        let (deps, handler, key) = (&deps, &handler, config.cloudfront_key.as_deref());
        lambda_http::run(service_fn(|request: Request| async move {
            let handle = |request| async move { handler(deps, gateway::normalize(request, key)?).await };
            Ok::<_, Error>(answer(route, request, handle).await)
        }))
        .await
    });
}

/// Runs a function's future; what stops it at the start goes to the log, and the process ends.
pub fn block_on(future: impl Future<Output = Result<(), Error>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.map_err(Error::from).and_then(|runtime| runtime.block_on(future));
    if let Err(error) = outcome {
        tracing::error!(%error, "the function can't start");
        std::process::exit(1);
    }
}

/// Answers one request and logs it, without what was asked or answered.
pub async fn answer<F, Fut>(route: RouteEntry, request: Request, handle: F) -> Response<Body>
where
    F: FnOnce(Request) -> Fut,
    Fut: Future<Output = Answer>,
{
    let started = Instant::now();
    let request_id = request.lambda_context_ref().map(|context| context.request_id.clone()).unwrap_or_default();
    let outcome = AssertUnwindSafe(async { handle(request).await }).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|_| Err(ApiError::Internal("the handler panicked".into())));
    let (status, code, reason) = match &outcome {
        Ok(response) => (response.status(), "", String::new()),
        Err(error) => (error.status(), error.code(), error_reason(error)),
    };
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (method, path, status_number) = (route.method, route.path, status.as_u16());
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(request_id, method, path, status = status_number, code, reason, milliseconds, "request");
    } else {
        tracing::info!(request_id, method, path, status = status_number, code, reason, milliseconds, "request");
    }
    outcome.unwrap_or_else(|error| error.response())
}

/// Why a request failed, for the log: only from errors that quote nothing of the request.
fn error_reason(error: &ApiError) -> String {
    match error {
        ApiError::Internal(reason) | ApiError::Busy(reason) => reason.clone(),
        ApiError::Unauthorized(reason) | ApiError::Forbidden(reason) => (*reason).to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTE: RouteEntry = RouteEntry::new("test", "GET", "/test");

    #[tokio::test]
    async fn a_panic_is_a_problem_document_and_the_function_lives_on() {
        for _ in 0..2 {
            let response = answer(ROUTE, Request::default(), |_| async { panic!("Ana Patient") }).await;
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(response.headers()["content-type"], "application/problem+json");
            let body = String::from_utf8(response.body().to_vec()).unwrap();
            assert!(body.contains(r#""code":"internal-error""#) && !body.contains("Ana"), "{body}");
        }
        let response = answer(ROUTE, Request::default(), |_| async { Ok(shared::http::response::ok(&1)) }).await;
        assert_eq!(response.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn a_busy_table_says_when_to_come_back() {
        let response = answer(ROUTE, Request::default(), |_| async { Err(ApiError::Busy("x".into())) }).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], "1");
    }
}
