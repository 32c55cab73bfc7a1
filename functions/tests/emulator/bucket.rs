//! A bucket of one's own in the emulator, and one that nobody reaches, whose addresses are always the same.

use aws_sdk_s3::config::Builder;
use serde_json::{Value, json};
use shared::attachments::Bucket;
use testkit::emulator::{connection, connection_to, new_name};

/// A bucket that nobody reaches.
pub(crate) fn nowhere() -> Bucket {
    Bucket::new(Builder::from(&connection_to("https://s3.example.org")), "example", None, true)
}

/// A bucket in the emulator.
pub(crate) struct TestBucket {
    /// As functions have it.
    pub(crate) bucket: Bucket,
    client: aws_sdk_s3::Client,
    name: String,
}

impl TestBucket {
    /// A new bucket.
    pub(crate) async fn new() -> Self {
        let config = || Builder::from(&connection());
        let client = aws_sdk_s3::Client::from_conf(config().force_path_style(true).build());
        let name = new_name("images");
        client.create_bucket().bucket(&name).send().await.unwrap();
        Self { bucket: Bucket::new(config(), &name, None, true), client, name }
    }

    /// The keys of what is in it.
    pub(crate) async fn keys(&self) -> Vec<String> {
        let listed = self.client.list_objects_v2().bucket(&self.name).send().await.unwrap();
        listed.contents().iter().map(|object| object.key().unwrap().to_owned()).collect()
    }

    /// Puts an object as it is.
    pub(crate) async fn put_raw(&self, key: &str, bytes: &[u8]) {
        let put = self.client.put_object().bucket(&self.name).key(key).body(bytes.to_vec().into());
        put.send().await.unwrap();
    }

    /// The event of an upload.
    pub(crate) fn event(&self, key: &str) -> Value {
        let mut event: Value =
            serde_json::from_str(include_str!("../../../events/inspect-attachment/photo.json")).unwrap();
        event["Records"][0]["s3"]["bucket"]["name"] = json!(self.name);
        event["Records"][0]["s3"]["object"]["key"] = json!(key);
        event
    }
}
