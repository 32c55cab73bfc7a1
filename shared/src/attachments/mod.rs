//! Images: their bucket, and the inspection that each must pass before it is shown.

mod bucket;
mod inspection;

pub use bucket::{ADDRESS_HOLDS, Bucket, BucketError, Place, SignedDownloads, SignedUpload, Upload};
pub use inspection::{Inspected, MAX_PIXELS, MAX_SIDE, THUMBNAIL_BYTES, THUMBNAIL_SIDE, inspect};
