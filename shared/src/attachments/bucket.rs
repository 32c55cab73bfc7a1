//! The S3 bucket of images: presigned URLs for clients, and reads and writes for the inspection.
//!
//! `uploads/<conversation>/<attachment>` is a client's upload, deleted after inspection or after a day.
//! `images/<conversation>/<attachment>/image` and `.../thumbnail` are the inspected image. Keys contain only ids.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;

use super::Inspected;
use domain::Timestamp;
use domain::attachment::{DeclaredUpload, MediaType};
use domain::ids::{AttachmentId, ConversationId};

/// How long presigned URLs are valid.
pub const URL_LIFETIME: Duration = Duration::from_mins(5);

/// The prefix of uploads. The bucket's event notification filters by it too.
const UPLOADS: &str = "uploads";
const IMAGES: &str = "images";

/// The ids that an attachment's keys in the bucket are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectLocation {
    /// The conversation.
    pub conversation: ConversationId,
    /// The attachment.
    pub attachment: AttachmentId,
}

impl ObjectLocation {
    /// Parses the key of an upload.
    pub fn of_upload(key: &str) -> Option<Self> {
        let mut parts = key.split('/');
        let (prefix, conversation, attachment, end) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
        (prefix == UPLOADS && end.is_none())
            .then_some(Self { conversation: conversation.parse().ok()?, attachment: attachment.parse().ok()? })
    }

    fn upload(self) -> String {
        format!("{UPLOADS}/{}/{}", self.conversation, self.attachment)
    }

    fn image(self) -> String {
        format!("{IMAGES}/{}/{}/image", self.conversation, self.attachment)
    }

    fn thumbnail(self) -> String {
        format!("{IMAGES}/{}/{}/thumbnail", self.conversation, self.attachment)
    }
}

/// A presigned request that uploads an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedUpload {
    /// The HTTP method.
    pub method: String,
    /// The URL, valid only for the declared type and size.
    pub url: String,
    /// The headers to send, except `Content-Length`, which every client sends anyway.
    pub headers: BTreeMap<String, String>,
    /// When the URL expires.
    pub expires_at: Timestamp,
}

/// The presigned URLs of an inspected image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedDownloads {
    /// The URL of the image.
    pub image: String,
    /// The URL of its thumbnail.
    pub thumbnail: String,
}

/// An uploaded object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upload {
    /// Its content.
    Bytes(Vec<u8>),
    /// Larger than declared; its content was not read.
    TooLarge,
}

/// A failed S3 request. Contains no content.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// A transient failure: a retry may succeed.
    #[error("the bucket is busy: {0}")]
    Busy(String),
    /// S3 rejected the request.
    #[error("the bucket refused: {0}")]
    Refused(String),
}

/// The bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    /// Signs URLs with the endpoint for clients, which differs from that for functions in an emulator.
    signer: Client,
    name: String,
}

impl Bucket {
    /// The bucket with this name. With `in_path`, as in emulators, the name is part of the URL's path, not of its host.
    pub fn new(connection: Builder, name: impl Into<String>, public_endpoint: Option<&str>, in_path: bool) -> Self {
        let connection = connection
            .force_path_style(in_path || public_endpoint.is_some())
            // Otherwise the SDK would sign a checksum into upload URLs that clients don't send.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        let signer = match public_endpoint {
            Some(endpoint) => connection.clone().endpoint_url(endpoint),
            None => connection.clone(),
        };
        Self {
            client: Client::from_conf(connection.build()),
            signer: Client::from_conf(signer.build()),
            name: name.into(),
        }
    }

    /// Presigns an upload of exactly the declared type and size, and with `sha256` of exactly this content.
    pub async fn sign_upload(
        &self,
        place: ObjectLocation,
        declared: DeclaredUpload,
        sha256: Option<&str>,
        now: Timestamp,
    ) -> Result<SignedUpload, BucketError> {
        let put = self.signer.put_object().bucket(&self.name).key(place.upload());
        let put = put
            .content_type(declared.content_type.as_str())
            .content_length(i64::try_from(declared.size).unwrap_or(i64::MAX))
            .set_checksum_sha256(sha256.map(String::from));
        let signed = put.presigned(signing(now)?).await.map_err(|error| refused(&error))?;
        Ok(SignedUpload {
            method: signed.method().to_owned(),
            url: signed.uri().to_owned(),
            headers: headers_of(&signed),
            expires_at: now.saturating_add(URL_LIFETIME).unwrap_or(Timestamp::MAX),
        })
    }

    /// Presigns the downloads of an inspected image. Browsers show it inline and don't cache it.
    pub async fn sign_downloads(
        &self,
        place: ObjectLocation,
        content_type: MediaType,
        now: Timestamp,
    ) -> Result<SignedDownloads, BucketError> {
        let sign = async |key: String, content_type: MediaType, name: &str| {
            let extension = if content_type == MediaType::Png { "png" } else { "jpg" };
            let get = self.signer.get_object().bucket(&self.name).key(key);
            let get = get
                .response_content_type(content_type.as_str())
                .response_content_disposition(format!("inline; filename=\"{name}.{extension}\""))
                .response_cache_control("private, no-store");
            let signed = get.presigned(signing(now)?).await.map_err(|error| refused(&error))?;
            Ok::<_, BucketError>(signed.uri().to_owned())
        };
        Ok(SignedDownloads {
            image: sign(place.image(), content_type, "image").await?,
            thumbnail: sign(place.thumbnail(), MediaType::Jpeg, "thumbnail").await?,
        })
    }

    /// Reads an upload if it has at most `max_bytes`.
    pub async fn upload(&self, place: ObjectLocation, max_bytes: u64) -> Result<Upload, BucketError> {
        let get = self.client.get_object().bucket(&self.name).key(place.upload());
        let found = get.send().await.map_err(|error| refused(&error))?;
        let length = found.content_length().unwrap_or(i64::MAX);
        if u64::try_from(length).map_or(true, |length| length > max_bytes) {
            return Ok(Upload::TooLarge);
        }
        let bytes = found.body.collect().await;
        let bytes = bytes.map_err(|_| BucketError::Busy("the download of an upload was interrupted".into()))?;
        Ok(Upload::Bytes(bytes.to_vec()))
    }

    /// Stores an inspected image and its thumbnail.
    pub async fn store(&self, place: ObjectLocation, inspected: Inspected) -> Result<(), BucketError> {
        let put = async |key: String, content_type: MediaType, bytes: Vec<u8>| {
            let put = self.client.put_object().bucket(&self.name).key(key).content_type(content_type.as_str());
            put.body(ByteStream::from(bytes)).send().await.map(|_| ()).map_err(|error| refused(&error))
        };
        futures::try_join!(
            Box::pin(put(place.image(), inspected.facts.content_type, inspected.image)),
            Box::pin(put(place.thumbnail(), MediaType::Jpeg, inspected.thumbnail)),
        )?;
        Ok(())
    }

    /// Deletes an upload, if it exists.
    pub async fn remove_upload(&self, place: ObjectLocation) -> Result<(), BucketError> {
        self.remove(place.upload()).await
    }

    /// Deletes an inspected image and its thumbnail, if they exist.
    pub async fn remove_images(&self, place: ObjectLocation) -> Result<(), BucketError> {
        futures::try_join!(self.remove(place.image()), self.remove(place.thumbnail()))?;
        Ok(())
    }

    async fn remove(&self, key: String) -> Result<(), BucketError> {
        let delete = self.client.delete_object().bucket(&self.name).key(key);
        delete.send().await.map(|_| ()).map_err(|error| refused(&error))
    }
}

fn signing(now: Timestamp) -> Result<PresigningConfig, BucketError> {
    let config = PresigningConfig::builder().start_time(SystemTime::from(now)).expires_in(URL_LIFETIME);
    config.build().map_err(|error| BucketError::Refused(error.to_string()))
}

fn headers_of(signed: &PresignedRequest) -> BTreeMap<String, String> {
    let headers = signed.headers().filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
    headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect()
}

/// Classifies an SDK error as transient or rejected. The result contains no values of the request.
fn refused<E, R>(error: &SdkError<E, R>) -> BucketError
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            BucketError::Busy("connection failed".into())
        }
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("unknown error").to_owned();
            match code.as_str() {
                "SlowDown" | "InternalError" | "ServiceUnavailable" | "RequestTimeout" => BucketError::Busy(code),
                _ => BucketError::Refused(code),
            }
        }
        _ => BucketError::Refused("the request could not be built".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_of_uploads_are_parsed() {
        let id = |number| uuid::Uuid::from_u128(number);
        let place = ObjectLocation { conversation: ConversationId::new(id(1)), attachment: AttachmentId::new(id(2)) };
        assert_eq!(ObjectLocation::of_upload(&place.upload()), Some(place));
        for other in [place.image(), format!("{}/x", place.upload()), "uploads/a/b".into(), "uploads".into()] {
            assert_eq!(ObjectLocation::of_upload(&other), None, "{other}");
        }
    }
}
