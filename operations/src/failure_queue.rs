//! The failure queue. Messages that are taken from it are hidden from others until they are removed or released.

use anyhow::{Context, Result};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, QueueAttributeName};

use crate::environment::Environment;

/// How long a message is hidden from others while it is replayed, in seconds.
const HIDDEN: i32 = 300;
/// The most messages that one call gives.
const MESSAGES_PER_CALL: i32 = 10;

/// The queue, and the messages that were taken from it.
#[derive(Debug)]
pub(crate) struct FailureQueue {
    client: Client,
    url: String,
    taken: Vec<Message>,
}

impl FailureQueue {
    /// The stack's failure queue.
    pub(crate) fn of(environment: &Environment) -> Result<Self> {
        let client = Client::new(&environment.aws);
        Ok(Self { client, url: Environment::failure_queue_url()?, taken: Vec::new() })
    }

    /// Takes every message that is in the queue now, before any is replayed: one that comes back is not taken again.
    pub(crate) async fn take_all(&mut self) -> Result<Vec<Message>> {
        loop {
            let receive = self
                .client
                .receive_message()
                .queue_url(&self.url)
                .max_number_of_messages(MESSAGES_PER_CALL)
                .visibility_timeout(HIDDEN)
                .wait_time_seconds(1);
            let batch = receive.send().await.context("the failure queue can't be read")?.messages.unwrap_or_default();
            if batch.is_empty() {
                return Ok(self.taken.clone());
            }
            for message in batch {
                // The queue may deliver a message twice; its latest receipt is the one that counts.
                self.taken.retain(|taken| taken.message_id != message.message_id);
                self.taken.push(message);
            }
        }
    }

    /// Removes a message that was replayed.
    pub(crate) async fn remove(&mut self, message: &Message) -> Result<()> {
        let delete = self.client.delete_message().queue_url(&self.url);
        let delete = delete.set_receipt_handle(message.receipt_handle.clone());
        delete.send().await.context("a message can't be removed from the failure queue")?;
        self.taken.retain(|taken| taken.message_id != message.message_id);
        Ok(())
    }

    /// Lets others see the messages that are left, at once.
    pub(crate) async fn release(&mut self) -> Result<()> {
        for message in std::mem::take(&mut self.taken) {
            let change = self.client.change_message_visibility().queue_url(&self.url).visibility_timeout(0);
            let change = change.set_receipt_handle(message.receipt_handle);
            change.send().await.context("a message can't be released to the failure queue")?;
        }
        Ok(())
    }

    /// About how many messages there are.
    pub(crate) async fn count(&self) -> Result<u64> {
        let name = QueueAttributeName::ApproximateNumberOfMessages;
        let read = self.client.get_queue_attributes().queue_url(&self.url).attribute_names(name.clone());
        let attributes = read.send().await.context("the failure queue can't be counted")?.attributes;
        let count = attributes.and_then(|attributes| attributes.get(&name)?.parse().ok());
        count.context("the failure queue does not say how many messages it holds")
    }
}
