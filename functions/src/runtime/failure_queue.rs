//! The queue for events that can never be processed, from which `cargo xtask redrive` takes them.

use shared::lazy::Lazy;

/// The failure queue.
#[derive(Debug)]
pub struct FailureQueue {
    client: Lazy<aws_sdk_sqs::Client>,
    url: String,
}

impl FailureQueue {
    /// A queue by its URL.
    pub fn new(client: Lazy<aws_sdk_sqs::Client>, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }

    /// Sends a message. The error says what went wrong, for the log.
    pub async fn send(&self, body: String) -> Result<(), String> {
        let sent = self.client.send_message().queue_url(&self.url).message_body(body).send().await;
        sent.map(|_| ())
            .map_err(|error| error.as_service_error().map_or_else(|| "out of reach".into(), ToString::to_string))
    }
}
