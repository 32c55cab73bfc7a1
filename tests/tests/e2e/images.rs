//! Images: a phone's photo from its announcement to the reader's screen, and everything that is no such thing.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::store::schema;
use testkit::photo::{TELLING, bomb, contains, jpeg, phone_photo, photo};
use tests::aws;
use tests::conversation::Conversation;
use tests::eventually::{IN_TIME, eventually, found_if};
use tests::http::{Client, Reply};
use tests::new_id;
use tests::stack::Stack;

/// How soon after its upload an image must be ready.
const READY: Duration = Duration::from_secs(5);

/// Announces an image.
async fn announce(person: &Client, conversation: &Conversation, content_type: &str, size: usize) -> Reply {
    let new = json!({"contentType": content_type, "size": size, "fileName": "IMG_0042.jpg"});
    person.post(&format!("{}/attachments", conversation.path()), &new).await
}

/// Uploads by the URL exactly as returned, but for some headers; the status.
async fn put(stack: &Stack, upload: &Value, url: &str, headers: &[(&str, &str)], bytes: &[u8]) -> u16 {
    let method = upload["method"].as_str().expect("a method").parse().expect("a method");
    let mut request = stack.http().request(method, url).body(bytes.to_vec());
    for (name, value) in upload["headers"].as_object().expect("headers") {
        if !headers.iter().any(|(other, _)| other == name) {
            request = request.header(name, value.as_str().expect("a value"));
        }
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer").status().as_u16()
}

/// Announces and uploads; its id.
async fn upload(
    stack: &Stack,
    person: &Client,
    conversation: &Conversation,
    content_type: &str,
    bytes: &[u8],
) -> String {
    let new = announce(person, conversation, content_type, bytes.len()).await.expect(201);
    let upload = &new["upload"];
    assert_eq!(put(stack, upload, upload["url"].as_str().expect("a URL"), &[], bytes).await, 200);
    new["id"].as_str().expect("an id").to_owned()
}

fn message(text: &str, images: &[&str]) -> Value {
    json!({"id": new_id(), "text": text, "attachmentIds": images})
}

/// The attachment, once it is settled.
async fn settled(person: &Client, conversation: &Conversation, id: &str, within: Duration) -> Value {
    let path = format!("{}/attachments/{id}", conversation.path());
    eventually("the image is inspected", within, async || {
        let seen = person.get(&path).await.expect(200);
        found_if(seen["status"] != "pending", seen)
    })
    .await
}

/// The keys of what the bucket holds of a conversation.
async fn keys(stack: &Stack, conversation: &Conversation, prefix: &str) -> Vec<String> {
    let root = aws::as_root(stack).await;
    let s3 = aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&root).force_path_style(true).build());
    let list =
        s3.list_objects_v2().bucket(&stack.description().bucket_name).prefix(format!("{prefix}/{}/", conversation.id));
    let listed = list.send().await.expect("the bucket answers");
    listed.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_phones_photo_is_ready_within_seconds_upright_and_tells_nothing() {
    let stack = Stack::alone().await;
    let (ana, clara) = (stack.person("patient-a").await, stack.person("clinician-a").await);
    let conversation = Conversation::asked_by(&ana).await;
    let bytes = phone_photo(4032, 3024, 6);
    assert!((3_500_000..6_000_000).contains(&bytes.len()), "{} bytes are no usual photo", bytes.len());
    assert!(TELLING[..5].iter().all(|told| contains(&bytes, told)));

    let id = upload(&stack, &ana, &conversation, "image/jpeg", &bytes).await;
    let uploaded = Instant::now();
    let sent = ana.post(&conversation.messages(), &message("My arm since yesterday", &[&id])).await.expect(201);
    assert_eq!(sent["attachments"][0]["id"], id);
    let ready = settled(&clara, &conversation, &id, READY).await;
    assert!(uploaded.elapsed() < READY + Duration::from_millis(500), "{:?}", uploaded.elapsed());
    assert_eq!((&ready["status"], &ready["contentType"]), (&json!("ready"), &json!("image/jpeg")), "{ready}");
    assert_eq!((&ready["width"], &ready["height"]), (&json!(3024), &json!(4032)), "upright");

    for (url, name) in [("url", "image.jpg"), ("thumbnailUrl", "thumbnail.jpg")] {
        let answer = stack.http().get(ready[url].as_str().expect("a URL")).send().await.expect("an image");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "image/jpeg");
        assert_eq!(answer.headers()["content-disposition"], format!("inline; filename=\"{name}\""));
        let shown = answer.bytes().await.expect("bytes");
        assert!(TELLING.iter().all(|told| !contains(&shown, told)), "{url} carries metadata");
        let pixels = image::load_from_memory(&shown).expect("an image").into_rgb8();
        let (width, height) = pixels.dimensions();
        assert!(width < height);
        // Red was at the left; after a quarter turn to the right it is at the top.
        let (top, bottom) = (pixels.get_pixel(width / 2, height / 10), pixels.get_pixel(width / 2, height * 9 / 10));
        assert!(top.0[0] > 180 && top.0[2] < 80 && bottom.0[2] > 180 && bottom.0[0] < 80, "{top:?} {bottom:?}");
        if url == "thumbnailUrl" {
            assert!(shown.len() < 50_000 && height == 320, "{} bytes, {height} pixels", shown.len());
        }
    }
    let gone = eventually("the original is gone", IN_TIME, async || {
        let left = keys(&stack, &conversation, "uploads").await;
        found_if(left.is_empty(), left)
    });
    gone.await;
    assert_eq!(keys(&stack, &conversation, "images").await.len(), 2);

    let entries = conversation.entries(&clara).await;
    let shown = &entries.last().expect("entries")["attachments"][0];
    assert_eq!((&shown["status"], &shown["width"]), (&json!("ready"), &json!(3024)), "the message shows it");
    let ben = stack.person("patient-b").await;
    ben.get(&format!("{}/attachments/{id}", conversation.path())).await.problem(404, "not-found");
    let other = Conversation::asked_by(&ana).await;
    ana.get(&format!("{}/attachments/{id}", other.path())).await.problem(404, "not-found");
    for conversation in [conversation, other] {
        conversation.set(&clara, "closed").await;
    }
}

#[tokio::test]
async fn what_must_not_be_uploaded_is_refused_before_it_is() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let conversation = Conversation::asked_by(&ben).await;
    announce(&ben, &conversation, "image/jpeg", 11 * 1024 * 1024).await.problem(413, "attachment-too-large");
    announce(&ben, &conversation, "image/svg+xml", 400).await.problem(415, "unsupported-media-type");
    let heic = announce(&ben, &conversation, "image/heic", 400).await.problem(415, "unsupported-media-type");
    assert!(heic["detail"].as_str().is_some_and(|text| text.contains("Most Compatible")), "{heic}");
    let empty = announce(&ben, &conversation, "image/png", 0).await.problem(422, "invalid-value");
    assert_eq!(empty["errors"][0]["pointer"], "/size");

    let bytes = jpeg(&photo(64, 48));
    let new = announce(&ben, &conversation, "image/jpeg", bytes.len()).await.expect(201);
    let (upload, url) = (&new["upload"], new["upload"]["url"].as_str().expect("a URL"));
    let longer = [bytes.as_slice(), &[0]].concat();
    let type_header = [("content-type", "image/png")];
    let other_key = url.replace(new["id"].as_str().expect("an id"), &new_id());
    let later = url.replace("X-Amz-Expires=300", "X-Amz-Expires=3000");
    assert!(url != other_key && url != later);
    for (what, status) in [
        ("a wrong length", put(&stack, upload, url, &[], &longer).await),
        ("a zero-byte file", put(&stack, upload, url, &[], &[]).await),
        ("a wrong type", put(&stack, upload, url, &type_header, &bytes).await),
        ("an edited key", put(&stack, upload, &other_key, &[], &bytes).await),
        ("an edited expiry", put(&stack, upload, &later, &[], &bytes).await),
    ] {
        assert_eq!(status, 403, "{what}");
    }
    for prefix in ["uploads", "images"] {
        assert_eq!(keys(&stack, &conversation, prefix).await, Vec::<String>::new(), "nothing is stored");
    }
    conversation.set(&ben, "closed").await;
}

#[tokio::test]
async fn an_unsigned_address_takes_nothing() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let conversation = Conversation::asked_by(&ben).await;
    let bytes = jpeg(&photo(64, 48));
    let new = announce(&ben, &conversation, "image/jpeg", bytes.len()).await.expect(201);
    let unsigned = new["upload"]["url"].as_str().expect("a URL").split('?').next().expect("a URL");
    assert_eq!(put(&stack, &new["upload"], unsigned, &[], &bytes).await, 403);
    assert_eq!(keys(&stack, &conversation, "uploads").await, Vec::<String>::new(), "nothing is stored");
    conversation.set(&ben, "closed").await;
}

#[tokio::test]
async fn what_is_no_image_is_rejected_and_its_message_stays() {
    let stack = Stack::together().await;
    let (ben, clara) = (stack.person("patient-b").await, stack.person("clinician-a").await);
    let conversation = Conversation::asked_by(&ben).await;
    let whole = phone_photo(640, 480, 1);
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    let cases = [
        ("image/png", b"My potassium is 6.1".to_vec(), "not-an-image"),
        ("image/jpeg", whole[..whole.len() / 2].to_vec(), "damaged"),
        ("image/png", bomb(20_000, 20_000), "too-many-pixels"),
        ("image/png", svg, "unsupported-type"),
        ("image/jpeg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), "unsupported-type"),
    ];
    let mut ids = Vec::new();
    for (content_type, bytes, _) in &cases {
        ids.push(upload(&stack, &ben, &conversation, content_type, bytes).await);
    }
    let images: Vec<&str> = ids.iter().map(String::as_str).collect();
    ben.post(&conversation.messages(), &message("Please look", &images)).await.expect(201);
    for (id, (_, _, reason)) in ids.iter().zip(&cases) {
        let rejected = settled(&clara, &conversation, id, IN_TIME).await;
        assert_eq!((&rejected["status"], &rejected["reason"]), (&json!("rejected"), &json!(reason)), "{rejected}");
        assert!(rejected.get("url").is_none() && rejected.get("thumbnailUrl").is_none(), "{rejected}");
    }
    let entry = eventually("the message shows them", IN_TIME, async || {
        let entry = conversation.entries(&clara).await.pop().expect("a message");
        let shown = entry["attachments"].as_array().expect("images").iter();
        let rejected = shown.filter(|image| image["status"] == "rejected").count();
        found_if(rejected == cases.len(), entry)
    });
    assert_eq!(entry.await["text"], "Please look", "a rejected image takes no text with it");
    let gone = eventually("nothing is stored beyond the attempt", IN_TIME, async || {
        let left = [keys(&stack, &conversation, "uploads").await, keys(&stack, &conversation, "images").await].concat();
        found_if(left.is_empty(), left)
    });
    gone.await;
    conversation.set(&ben, "closed").await;
}

#[tokio::test]
async fn an_image_that_no_message_takes_along_goes_with_its_record() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let conversation = Conversation::asked_by(&ben).await;
    let id = upload(&stack, &ben, &conversation, "image/jpeg", &phone_photo(64, 48, 1)).await;
    assert_eq!(settled(&ben, &conversation, &id, IN_TIME).await["status"], "ready");
    // What the table does when its time has come; the emulator keeps no time.
    let attachment = schema::attachment(conversation.id.parse().expect("an id"), id.parse().expect("an id"));
    aws::table(&stack).await.remove_raw(attachment).await.expect("deleted");
    let gone = eventually("the images are gone", IN_TIME, async || {
        let left = keys(&stack, &conversation, "images").await;
        found_if(left.is_empty(), left)
    });
    gone.await;
    ben.get(&format!("{}/attachments/{id}", conversation.path())).await.problem(404, "not-found");
    let refused = ben.post(&conversation.messages(), &message("x", &[&id])).await.problem(422, "invalid-value");
    assert_eq!(refused["errors"][0]["detail"], "is no attachment of this conversation");
    conversation.set(&ben, "closed").await;
}

#[tokio::test]
async fn a_browser_may_upload_from_the_two_applications_only() {
    let stack = Stack::together().await;
    let ben = stack.person("patient-b").await;
    let conversation = Conversation::asked_by(&ben).await;
    let new = announce(&ben, &conversation, "image/jpeg", 4).await.expect(201);
    let url = new["upload"]["url"].as_str().expect("a URL");
    let preflight = async |origin: &str| {
        let request = stack.http().request(reqwest::Method::OPTIONS, url).header("origin", origin);
        let request = request
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", "content-type");
        let answer = request.send().await.expect("an answer");
        answer.headers().get("access-control-allow-origin").and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    for origin in [&stack.description().portal_url, &stack.description().clinic_url] {
        assert_eq!(preflight(origin).await.as_ref(), Some(origin));
    }
    assert_eq!(preflight("https://evil.example").await, None);
    conversation.set(&ben, "closed").await;
}
