//! The bucket: who may put or get what for a few minutes, and what inspection reads, writes and removes.
//!
//! `uploads/<conversation>/<attachment>` holds what a client sent and is removed after inspection, or after a day;
//! `images/<conversation>/<attachment>/image` and `.../thumbnail` hold what inspection made of it. Keys are ids only.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;

use super::Inspected;
use domain::Timestamp;
use domain::attachment::{Declared, MediaType};
use domain::ids::{AttachmentId, ConversationId};

/// How long an address holds that an image is uploaded to or downloaded from.
pub const ADDRESS_HOLDS: Duration = Duration::from_mins(5);

/// The prefix of what clients sent, which the bucket's notification names too.
const UPLOADS: &str = "uploads";
const IMAGES: &str = "images";

/// Where an attachment is in the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its id.
    pub attachment: AttachmentId,
}

impl Place {
    /// The place that an upload's key names.
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

/// Where and how an image is uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedUpload {
    /// The HTTP method.
    pub method: String,
    /// The address, which holds for exactly this type and length.
    pub url: String,
    /// The headers to send with it, beside `Content-Length`, which every client sends by itself.
    pub headers: BTreeMap<String, String>,
    /// When the address stops to hold.
    pub expires_at: Timestamp,
}

/// Where an inspected image is downloaded from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedDownloads {
    /// The image's address.
    pub image: String,
    /// Its thumbnail's.
    pub thumbnail: String,
}

/// What is in the bucket where an upload should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upload {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// More bytes than were announced, which nobody read.
    TooLarge,
}

/// What went wrong with the bucket. Names no content.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// It may go through later.
    #[error("the bucket is busy: {0}")]
    Busy(String),
    /// The bucket refuses the request itself.
    #[error("the bucket refused: {0}")]
    Refused(String),
}

/// The bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    /// Signs addresses as clients reach the bucket, which off AWS may not be how functions do.
    signer: Client,
    name: String,
}

impl Bucket {
    /// A bucket by its name. Off AWS it is a part of the path, not of the host's name.
    pub fn new(connection: Builder, name: impl Into<String>, public_endpoint: Option<&str>, in_path: bool) -> Self {
        let connection = connection
            .force_path_style(in_path || public_endpoint.is_some())
            // A checksum of the SDK's own choice would be signed into addresses and asked of clients.
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

    /// Lets whoever has the address upload exactly what was declared, and with `sha256` exactly those bytes.
    pub async fn sign_upload(
        &self,
        place: Place,
        declared: Declared,
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
            expires_at: now.saturating_add(ADDRESS_HOLDS).unwrap_or(Timestamp::MAX),
        })
    }

    /// Lets whoever has the addresses see an inspected image. A browser shows it and keeps no copy.
    pub async fn sign_downloads(
        &self,
        place: Place,
        content_type: MediaType,
        now: Timestamp,
    ) -> Result<SignedDownloads, BucketError> {
        let sign = async |key: String, content_type: MediaType, name: &str| {
            let end = if content_type == MediaType::Png { "png" } else { "jpg" };
            let get = self.signer.get_object().bucket(&self.name).key(key);
            let get = get
                .response_content_type(content_type.as_str())
                .response_content_disposition(format!("inline; filename=\"{name}.{end}\""))
                .response_cache_control("private, no-store");
            let signed = get.presigned(signing(now)?).await.map_err(|error| refused(&error))?;
            Ok::<_, BucketError>(signed.uri().to_owned())
        };
        Ok(SignedDownloads {
            image: sign(place.image(), content_type, "image").await?,
            thumbnail: sign(place.thumbnail(), MediaType::Jpeg, "thumbnail").await?,
        })
    }

    /// Reads an upload of at most so many bytes.
    pub async fn upload(&self, place: Place, at_most: u64) -> Result<Upload, BucketError> {
        let get = self.client.get_object().bucket(&self.name).key(place.upload());
        let found = get.send().await.map_err(|error| refused(&error))?;
        let length = found.content_length().unwrap_or(i64::MAX);
        if u64::try_from(length).map_or(true, |length| length > at_most) {
            return Ok(Upload::TooLarge);
        }
        let bytes = found.body.collect().await;
        let bytes = bytes.map_err(|_| BucketError::Busy("an upload could not be read to its end".into()))?;
        Ok(Upload::Bytes(bytes.to_vec()))
    }

    /// Stores what inspection made.
    pub async fn store(&self, place: Place, inspected: Inspected) -> Result<(), BucketError> {
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

    /// Removes an upload; nothing where there is none.
    pub async fn remove_upload(&self, place: Place) -> Result<(), BucketError> {
        self.remove(place.upload()).await
    }

    /// Removes what inspection made; nothing where there is none.
    pub async fn remove_images(&self, place: Place) -> Result<(), BucketError> {
        futures::try_join!(self.remove(place.image()), self.remove(place.thumbnail()))?;
        Ok(())
    }

    async fn remove(&self, key: String) -> Result<(), BucketError> {
        let delete = self.client.delete_object().bucket(&self.name).key(key);
        delete.send().await.map(|_| ()).map_err(|error| refused(&error))
    }
}

fn signing(now: Timestamp) -> Result<PresigningConfig, BucketError> {
    let config = PresigningConfig::builder().start_time(SystemTime::from(now)).expires_in(ADDRESS_HOLDS);
    config.build().map_err(|error| BucketError::Refused(error.to_string()))
}

fn headers_of(signed: &PresignedRequest) -> BTreeMap<String, String> {
    let headers = signed.headers().filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
    headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect()
}

/// Sorts an SDK's error: passing, or refused. Never carries values of the request.
fn refused<E, R>(error: &SdkError<E, R>) -> BucketError
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            BucketError::Busy("it could not be reached".into())
        }
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("an unnamed error").to_owned();
            match code.as_str() {
                "SlowDown" | "InternalError" | "ServiceUnavailable" | "RequestTimeout" => BucketError::Busy(code),
                _ => BucketError::Refused(code),
            }
        }
        _ => BucketError::Refused("the request could not be made".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uploads_key_says_its_place_and_no_other_key_does() {
        let id = |number| uuid::Uuid::from_u128(number);
        let place = Place { conversation: ConversationId::new(id(1)), attachment: AttachmentId::new(id(2)) };
        assert_eq!(Place::of_upload(&place.upload()), Some(place));
        for other in [place.image(), format!("{}/x", place.upload()), "uploads/a/b".into(), "uploads".into()] {
            assert_eq!(Place::of_upload(&other), None, "{other}");
        }
    }
}
