//! Images: their bucket, and the inspection that each must pass before it is shown.

mod bucket;
mod inspection;

pub use bucket::{Bucket, BucketError, ObjectLocation, SignedDownloads, SignedUpload, URL_LIFETIME, Upload};
pub use inspection::{Inspected, MAX_PIXELS, MAX_SIDE, THUMBNAIL_BYTES, THUMBNAIL_SIDE, inspect};
