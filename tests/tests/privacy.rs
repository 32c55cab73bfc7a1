//! No log line and no notification contains names or texts. It searches what the other end-to-end tests
//! left, so it runs after them (tests/Cargo.toml says so).
//!
//! Searched for are the demo accounts' names, patients' names and record numbers, all titles and texts, email
//! addresses and phone numbers, whole or in their first 60 characters. Texts of less than 8 characters are left out:
//! "text" or "x" is found in any log.

use std::collections::BTreeSet;

use domain::entry::Content;
use domain::ids::ConversationId;
use serde_json::Value;
use shared::store::schema::{self, Key};
use tests::published::{CONTACTS, KEPT, Published};
use tests::stack::Stack;
use tests::{aws, repository};

/// The shortest text that is searched for, in characters.
const SHORTEST: usize = 8;
/// How much of a text is searched for, in characters: a log line may end early.
const LONGEST: usize = 60;
/// How many entries are read at once.
const PAGE: usize = 100;

/// What must not be found anywhere.
#[derive(Default)]
struct Secrets(BTreeSet<String>);

impl Secrets {
    /// A text, line by line, up to what JSON would write otherwise.
    fn add(&mut self, text: &str) {
        for part in text.split(|c: char| c.is_control() || c == '"' || c == '\\') {
            let part: String = part.trim().chars().take(LONGEST).collect();
            if part.trim().chars().count() >= SHORTEST {
                self.0.insert(part.trim().to_lowercase());
            }
        }
    }
}

/// What the stack's people are called, and what they wrote: as the table has it.
async fn secrets(stack: &Stack) -> Secrets {
    let mut secrets = Secrets::default();
    let accounts: Value = repository::json("dev/openid/accounts.json");
    for account in accounts["accounts"].as_array().expect("accounts") {
        secrets.add(account["name"].as_str().expect("a name"));
    }
    for (_, email, sms) in CONTACTS {
        secrets.add(email);
        secrets.add(sms);
    }
    let table = aws::table(stack).await;
    let mut conversations = Vec::new();
    for item in table.raw_items().await.expect("the table's items") {
        for text in item.personal_texts() {
            secrets.add(text);
        }
        let Key { pk, sk } = item.key().expect("a key");
        if sk == schema::HEAD {
            conversations
                .extend(pk.strip_prefix(schema::CONVERSATION_PREFIX).and_then(|id| id.parse::<ConversationId>().ok()));
        }
    }
    for id in conversations {
        let mut after = 0;
        loop {
            let entries = table.entries_after(id, after, PAGE).await.expect("entries").expect("a conversation").entries;
            let Some(last) = entries.last() else { break };
            after = last.number;
            for entry in &entries {
                if let Content::Message { text, .. } = &entry.content {
                    secrets.add(text.as_str());
                }
            }
        }
    }
    secrets
}

/// Every line of every log group of the stack.
async fn log_lines(stack: &Stack) -> Vec<String> {
    let name = &stack.description().stack_name;
    let mut lines = Vec::new();
    for prefix in [format!("/aws/lambda/{name}-"), format!("/aws/vendedlogs/{name}/")] {
        for group in aws::log_groups(stack, &prefix).await {
            lines.extend(aws::log_lines(stack, &group).await);
        }
    }
    lines
}

#[tokio::test]
async fn no_log_line_and_no_notification_holds_a_name_a_title_a_text_or_an_address() {
    let stack = Stack::together().await;
    let Secrets(secrets) = secrets(&stack).await;
    let logs = log_lines(&stack).await;
    let payloads = Published::by(&stack, KEPT).await.kept().await;

    // It looked at something, or it shows nothing.
    let requests = logs.iter().filter(|line| line.contains("\"message\":\"request\"")).count();
    let notifications = logs.iter().filter(|line| line.contains("\"message\":\"notice\"")).count();
    assert!(
        requests > 500 && notifications > 10,
        "{} lines, {requests} requests, {notifications} notifications",
        logs.len()
    );
    // A notification of the first moment may have been sent before the queue listened.
    assert!(payloads.len() + 5 >= notifications, "{} payloads of {notifications} notifications", payloads.len());
    assert!(secrets.len() > 80 && secrets.contains("ana patient"), "{} secrets", secrets.len());

    let mut found = Vec::new();
    for (kind, texts) in [("log line", &logs), ("notification", &payloads)] {
        let all = texts.join("\n").to_lowercase();
        for secret in secrets.iter().filter(|secret| all.contains(secret.as_str())) {
            let line = texts.iter().find(|text| text.to_lowercase().contains(secret)).expect("the one");
            found.push(format!("{kind}: {secret:?} in {line}"));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    // What people search for travels in the query, which no line holds.
    let queries: Vec<_> =
        logs.iter().filter(|line| ["?q=", "&q=", "rawQuery"].iter().any(|word| line.contains(word))).collect();
    assert!(queries.is_empty(), "{queries:#?}");
}
