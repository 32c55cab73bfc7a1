//! Images from their announcement to their message: addresses, inspection, claims, and the end of what nobody claimed.

use aws_lambda_events::s3::S3Event;
use domain::audit::Action::{CreateAttachment, ReadAttachment};
use domain::audit::Entity;
use domain::conversation::Conversation;
use functions::attachments::inspect_attachment::{self, Failure, Inspector};
use functions::attachments::{create_attachment, get_attachment};
use functions::messages::{list_messages, send_message};
use functions::runtime::deps::Clock;
use functions::stream::project_changes;
use lambda_http::Request;
use serde_json::{Value, json};
use shared::store::{CachedSettings, schema};
use testkit::photo::{TELLING, contains, phone_photo};

use crate::bucket::TestBucket;
use crate::costs::conversation;
use crate::stream::{projector, removal};
use crate::support::{Bench, body, request};

/// Handlers, a bucket, and a chat between patient-a and clinicians.
struct Chat {
    bench: Bench,
    bucket: TestBucket,
    head: Conversation,
    http: reqwest::Client,
}

impl Chat {
    async fn new() -> Self {
        let mut bench = Bench::new().await;
        // Addresses are checked against the emulator's own time.
        bench.deps.clock = Clock::system();
        let head = conversation(&bench, 1).await;
        Self { bench, bucket: TestBucket::new().await, head, http: reqwest::Client::new() }
    }

    fn ask(&self, account: &str, rest: &str, id: Option<&str>, body: &Value) -> Request {
        let path = format!("/conversations/{}{rest}", self.head.id);
        let mut parameters = json!({"conversationId": self.head.id.to_string()});
        if let Some(id) = id {
            parameters["attachmentId"] = json!(id);
        }
        request(account, &path, &parameters, "", body)
    }

    /// Announces an image: its id and how to upload it.
    async fn announce(&self, account: &str, content_type: &str, bytes: &[u8], sha256: Option<&str>) -> Value {
        let mut new = json!({"contentType": content_type, "size": bytes.len(), "fileName": "IMG_0042.jpg"});
        if let Some(sum) = sha256 {
            new["sha256"] = json!(sum);
        }
        let asked = self.ask(account, "/attachments", None, &new);
        let answer = create_attachment::handle(&self.bench.deps, &self.bucket.bucket, asked).await.unwrap();
        assert_eq!(answer.status(), 201);
        body(&answer)
    }

    /// Uploads with a URL and headers; the status.
    async fn put(&self, upload: &Value, url: &str, headers: &[(&str, &str)], bytes: &[u8]) -> u16 {
        let mut put = self.http.put(url).body(bytes.to_vec());
        for (name, value) in upload["headers"].as_object().unwrap() {
            if !headers.iter().any(|(other, _)| other == name) {
                put = put.header(name, value.as_str().unwrap());
            }
        }
        for (name, value) in headers {
            put = put.header(*name, *value);
        }
        put.send().await.unwrap().status().as_u16()
    }

    /// Announces and uploads; its id.
    async fn upload(&self, account: &str, content_type: &str, bytes: &[u8]) -> String {
        let new = self.announce(account, content_type, bytes, None).await;
        let upload = &new["upload"];
        assert_eq!(self.put(upload, upload["url"].as_str().unwrap(), &[], bytes).await, 200);
        new["id"].as_str().unwrap().to_owned()
    }

    fn upload_key(&self, id: &str) -> String {
        format!("uploads/{}/{id}", self.head.id)
    }

    async fn inspect(&self, id: &str) -> Result<(), Failure> {
        let event: S3Event = serde_json::from_value(self.bucket.event(&self.upload_key(id))).unwrap();
        let inspector = Inspector {
            table: self.bench.deps.table.clone(),
            settings: CachedSettings::default(),
            clock: self.bench.deps.clock,
        };
        inspect_attachment::handle(&inspector, |_| self.bucket.bucket.clone(), event).await
    }

    async fn get(&self, account: &str, id: &str) -> (u16, Value) {
        let asked = self.ask(account, &format!("/attachments/{id}"), Some(id), &Value::Null);
        let answer = get_attachment::handle(&self.bench.deps, &self.bucket.bucket, asked).await;
        let answer = answer.unwrap_or_else(|error| error.response());
        (answer.status().as_u16(), body(&answer))
    }

    async fn send(&self, account: &str, message: &Value) -> (u16, Value) {
        let asked = self.ask(account, "/messages", None, message);
        let answer = send_message::handle(&self.bench.deps, asked).await.unwrap_or_else(|error| error.response());
        (answer.status().as_u16(), body(&answer))
    }

    async fn last_entry(&self) -> Value {
        let listed = self.ask("clinician-a", "/messages", None, &Value::Null);
        body(&list_messages::handle(&self.bench.deps, listed).await.unwrap())["items"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .clone()
    }
}

fn message(text: &str, images: &[&str]) -> Value {
    json!({"id": Clock::system().id(), "text": text, "attachmentIds": images})
}

#[tokio::test]
async fn an_address_takes_exactly_what_was_announced() {
    let chat = Chat::new().await;
    let bytes = phone_photo(64, 48, 1);
    let new = chat.announce("patient-a", "image/jpeg", &bytes, None).await;
    let (upload, id) = (&new["upload"], new["id"].as_str().unwrap());
    let url = upload["url"].as_str().unwrap();
    assert_eq!((&upload["method"], &upload["headers"]), (&json!("PUT"), &json!({"content-type": "image/jpeg"})));
    let mut longer = bytes.clone();
    longer.push(0);
    let other_key = url.replace(id, "01900000-0000-7000-8000-000000000bad");
    let later = url.replace("X-Amz-Expires=300", "X-Amz-Expires=30000");
    let signature = url.split("X-Amz-Signature=").nth(1).unwrap().split('&').next().unwrap();
    let forged = url.replace(signature, &signature.chars().rev().collect::<String>());
    assert!(url != other_key && url != later && url != forged);
    let refused = [
        ("longer", chat.put(upload, url, &[], &longer).await),
        ("shorter", chat.put(upload, url, &[], &bytes[1..]).await),
        ("empty", chat.put(upload, url, &[], &[]).await),
        ("another type", chat.put(upload, url, &[("content-type", "image/svg+xml")], &bytes).await),
        ("another key", chat.put(upload, &other_key, &[], &bytes).await),
        ("a longer life", chat.put(upload, &later, &[], &bytes).await),
        ("a forged signature", chat.put(upload, &forged, &[], &bytes).await),
    ];
    for (what, status) in refused {
        assert_eq!(status, 403, "{what}");
    }
    assert_eq!(chat.bucket.keys().await, Vec::<String>::new(), "nothing is stored");
    assert_eq!(chat.put(upload, url, &[], &bytes).await, 200);
    assert_eq!(chat.bucket.keys().await, [chat.upload_key(id)]);
}

#[tokio::test]
async fn an_address_with_a_checksum_takes_exactly_these_bytes() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let chat = Chat::new().await;
    let bytes = phone_photo(64, 48, 1);
    let sum = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(&bytes));
    let new = chat.announce("patient-a", "image/jpeg", &bytes, Some(&sum)).await;
    let upload = &new["upload"];
    let url = upload["url"].as_str().unwrap();
    assert_eq!(upload["headers"]["x-amz-checksum-sha256"], json!(sum), "{upload}");
    let mut others = bytes.clone();
    others[100] ^= 1;
    assert_eq!(chat.put(upload, url, &[], &others).await, 400, "other bytes");
    assert_eq!(chat.put(upload, url, &[("x-amz-checksum-sha256", "x")], &bytes).await, 403, "another checksum");
    assert_eq!(chat.bucket.keys().await, Vec::<String>::new());
    assert_eq!(chat.put(upload, url, &[], &bytes).await, 200);
}

#[tokio::test]
async fn an_expired_address_takes_nothing() {
    let mut chat = Chat::new().await;
    let minutes_ago = || Clock::system().now() - jiff::SignedDuration::from_secs(301);
    chat.bench.deps.clock = Clock::new(minutes_ago, || Clock::system().id());
    let bytes = phone_photo(64, 48, 1);
    let new = chat.announce("patient-a", "image/jpeg", &bytes, None).await;
    let upload = &new["upload"];
    assert_eq!(chat.put(upload, upload["url"].as_str().unwrap(), &[], &bytes).await, 403);
    assert_eq!(chat.bucket.keys().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_inspected_photo_is_shown_upright_and_the_upload_is_gone() {
    let chat = Chat::new().await;
    let bytes = phone_photo(640, 480, 6);
    let id = chat.upload("patient-a", "image/jpeg", &bytes).await;
    let (_, pending) = chat.get("patient-a", &id).await;
    assert_eq!((&pending["status"], &pending["size"]), (&json!("pending"), &json!(bytes.len())));
    assert_eq!(chat.get("clinician-a", &id).await.0, 404, "nobody else sees it before its message");
    assert_eq!(chat.get("patient-b", &id).await.0, 404);
    chat.inspect(&id).await.unwrap();

    let (_, ready) = chat.get("patient-a", &id).await;
    assert_eq!(ready["status"], "ready", "{ready}");
    assert_eq!((&ready["width"], &ready["height"]), (&json!(480), &json!(640)));
    let folder = format!("images/{}/{id}", chat.head.id);
    let made = [format!("{folder}/image"), format!("{folder}/thumbnail")];
    assert_eq!(chat.bucket.keys().await, made, "the upload is gone");
    for (url, name) in [("url", "image.jpg"), ("thumbnailUrl", "thumbnail.jpg")] {
        let answer = chat.http.get(ready[url].as_str().unwrap()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "image/jpeg");
        assert_eq!(answer.headers()["content-disposition"], format!("inline; filename=\"{name}\""));
        assert_eq!(answer.headers()["cache-control"], "private, no-store");
        let bytes = answer.bytes().await.unwrap();
        assert!(TELLING.iter().all(|hidden| !contains(&bytes, hidden)));
    }

    // The event comes again; and the address, which still holds, is used again.
    chat.inspect(&id).await.unwrap();
    chat.bucket.put_raw(&chat.upload_key(&id), &phone_photo(8, 8, 1)).await;
    chat.inspect(&id).await.unwrap();
    assert_eq!(chat.get("patient-a", &id).await.1["width"], 480, "the first inspection counts");
    assert_eq!(chat.bucket.keys().await, made);
}

#[tokio::test]
async fn what_nobody_announced_is_removed_and_what_is_no_upload_fails() {
    let chat = Chat::new().await;
    let id = chat.bench.deps.clock.id().to_string();
    chat.bucket.put_raw(&chat.upload_key(&id), b"text").await;
    chat.inspect(&id).await.unwrap();
    assert_eq!(chat.bucket.keys().await, Vec::<String>::new());
    assert!(matches!(chat.inspect("no-id").await, Err(Failure::Event(_))), "for the failure queue");
}

#[tokio::test]
async fn an_upload_that_can_not_be_read_stays_pending_for_the_next_try() {
    let chat = Chat::new().await;
    let new = chat.announce("patient-a", "image/jpeg", b"1234", None).await;
    let id = new["id"].as_str().unwrap();
    assert!(matches!(chat.inspect(id).await, Err(Failure::Bucket(_))));
    assert_eq!(chat.get("patient-a", id).await.1["status"], "pending");
}

#[tokio::test]
async fn a_message_takes_images_along_before_and_after_their_inspection() {
    let chat = Chat::new().await;
    let photo = phone_photo(64, 48, 1);
    let mut images = Vec::new();
    for _ in 0..3 {
        images.push(chat.upload("patient-a", "image/jpeg", &photo).await);
    }
    let broken = chat.upload("patient-a", "image/jpeg", &photo[..photo.len() / 2]).await;
    let ids: Vec<&str> = images.iter().chain([&broken]).map(String::as_str).collect();
    chat.inspect(ids[0]).await.unwrap();
    let sent = message("My arm", &ids);
    let (status, entry) = chat.send("patient-a", &sent).await;
    assert_eq!(status, 201, "{entry}");
    let shown = |entry: &Value| -> Vec<String> {
        let attachments = entry["attachments"].as_array().unwrap().iter();
        attachments.map(|attached| attached["status"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(shown(&entry), ["ready", "pending", "pending", "pending"]);
    // The others at once: each changes the same message.
    let (one, two, three) = tokio::join!(chat.inspect(ids[1]), chat.inspect(ids[2]), chat.inspect(&broken));
    one.and(two).and(three).unwrap();
    let entry = chat.last_entry().await;
    assert_eq!(shown(&entry), ["ready", "ready", "ready", "rejected"]);
    assert_eq!(entry["attachments"][3]["reason"], "damaged");
    assert_eq!(entry["text"], "My arm", "a rejected image takes no text with it");
    assert_eq!(entry["attachments"][1]["width"], 64);
    assert_eq!(chat.get("clinician-a", ids[1]).await.1["status"], "ready", "with its message everyone sees it");

    let (status, again) = chat.send("patient-a", &sent).await;
    assert_eq!((status, shown(&again)), (200, shown(&entry)), "sent again it is the stored one");
    let mut fewer = sent.clone();
    fewer["attachmentIds"] = json!([ids[0]]);
    assert_eq!(chat.send("patient-a", &fewer).await.1["code"], "message-id-reused");
}

#[tokio::test]
async fn images_may_stand_for_the_text() {
    let chat = Chat::new().await;
    let id = chat.announce("clinician-a", "image/png", b"1234", None).await["id"].as_str().unwrap().to_owned();
    let (status, entry) = chat.send("clinician-a", &message(" ", &[&id])).await;
    assert_eq!((status, &entry["text"]), (201, &json!("")), "{entry}");
    let head = chat.bench.deps.table.conversation(chat.head.id).await.unwrap().unwrap();
    let last = head.last_message.unwrap();
    assert_eq!((last.preview.as_str(), last.images), ("", 1));
    assert_eq!(chat.send("clinician-a", &message(" ", &[])).await.1["errors"][0]["pointer"], "/text");
}

#[tokio::test]
async fn an_image_is_its_senders_its_conversations_and_one_messages() {
    let mut chat = Chat::new().await;
    let new = async |account: &str| {
        chat.announce(account, "image/png", b"1234", None).await["id"].as_str().unwrap().to_owned()
    };
    let (own, foreign, nobodys) = (new("patient-a").await, new("clinician-a").await, chat.bench.deps.clock.id());
    let refused = async |chat: &Chat, images: &[&str], at: &str, detail: &str| {
        let (status, problem) = chat.send("patient-a", &message("x", images)).await;
        assert_eq!((status, &problem["code"]), (422, &json!("invalid-value")), "{problem}");
        assert_eq!(problem["errors"][0], json!({"pointer": at, "detail": detail}));
    };
    let none = "is no attachment of this conversation";
    refused(&chat, &[&own, &foreign], "/attachmentIds/1", none).await;
    refused(&chat, &[&nobodys.to_string()], "/attachmentIds/0", none).await;
    refused(&chat, &["x"], "/attachmentIds/0", "is not a UUID").await;
    refused(&chat, &[&own, &own], "/attachmentIds/1", "is given twice").await;
    refused(&chat, &[own.as_str(); 11], "/attachmentIds", "has more than 10 images").await;
    assert_eq!(chat.last_entry().await["number"], 1, "nothing is stored");

    let here = chat.head.clone();
    chat.head = conversation(&chat.bench, 1).await;
    refused(&chat, &[&own], "/attachmentIds/0", none).await;
    assert_eq!(chat.get("patient-a", &own).await.0, 404, "another conversation's");
    chat.head = here;
    assert_eq!(chat.send("patient-a", &message("x", &[&own])).await.0, 201);
    refused(&chat, &[&own], "/attachmentIds/0", none).await;

    let late = chat.announce("patient-a", "image/png", b"1234", None).await["id"].as_str().unwrap().to_owned();
    chat.bench.deps.clock =
        Clock::new(|| Clock::system().now() + jiff::SignedDuration::from_hours(25), || Clock::system().id());
    refused(&chat, &[&late], "/attachmentIds/0", none).await;
    let entry = chat.last_entry().await;
    assert_eq!(entry["attachments"][0]["reason"], "not-uploaded", "nobody waits for ever: {entry}");
}

#[tokio::test]
async fn what_was_made_of_an_image_goes_with_it_unless_a_message_has_it() {
    let chat = Chat::new().await;
    let photo = phone_photo(64, 48, 1);
    let (claimed, unclaimed) =
        (chat.upload("patient-a", "image/jpeg", &photo).await, chat.upload("patient-a", "image/jpeg", &photo).await);
    chat.inspect(&claimed).await.unwrap();
    chat.inspect(&unclaimed).await.unwrap();
    assert_eq!(chat.send("patient-a", &message("x", &[&claimed])).await.0, 201);
    let items = chat.bench.items().await;
    let removed = |id: &str| {
        let key = schema::attachment(chat.head.id, id.parse().unwrap());
        let item = items.iter().find(|item| item.key().unwrap() == key).unwrap();
        assert_eq!(item.expires(), id == unclaimed, "only what nobody claimed expires");
        removal(item)
    };
    let event = json!({"Records": [removed(&claimed), removed(&unclaimed), removed(&unclaimed)]});
    let projector = projector(&chat.bench, chat.bucket.bucket.clone());
    let answer = project_changes::handle(&projector, serde_json::from_value(event).unwrap()).await;
    assert!(answer.batch_item_failures.is_empty());
    let folder = format!("images/{}/{claimed}", chat.head.id);
    assert_eq!(chat.bucket.keys().await, [format!("{folder}/image"), format!("{folder}/thumbnail")]);
}

#[tokio::test]
async fn a_closed_conversation_takes_no_images() {
    let chat = Chat::new().await;
    let close = chat.ask("patient-a", "/status", None, &json!({"status": "closed"}));
    functions::conversations::set_conversation_status::handle(&chat.bench.deps, close).await.unwrap();
    let asked = chat.ask("clinician-a", "/attachments", None, &json!({"contentType": "image/png", "size": 4}));
    let refused = create_attachment::handle(&chat.bench.deps, &chat.bucket.bucket, asked).await.unwrap_err();
    assert_eq!(body(&refused.response())["code"], "conversation-closed");
}

#[tokio::test]
async fn staff_leave_their_events_when_they_upload_and_look() {
    let chat = Chat::new().await;
    let photo = phone_photo(64, 48, 1);
    let id = chat.upload("patient-a", "image/jpeg", &photo).await;
    assert_eq!(chat.send("patient-a", &message("x", &[&id])).await.0, 201);
    assert_eq!(chat.get("clinician-a", &id).await.0, 200);
    let own = chat.upload("clinician-a", "image/jpeg", &photo).await;
    let log = chat.bench.deps.table.access_log(chat.head.patient_id, None, 10, None).await.unwrap().items;
    let seen: Vec<_> = log.iter().map(|event| (event.action, event.entity)).collect();
    let entity = |id: &str| Entity::Attachment(chat.head.id, id.parse().unwrap());
    assert_eq!(seen, [(CreateAttachment, entity(&own)), (ReadAttachment, entity(&id))]);
}
