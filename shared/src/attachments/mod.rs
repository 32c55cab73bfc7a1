//! Images: the bucket that holds them, and the inspection that none of them is shown without.

mod bucket;
mod inspection;

pub use bucket::{ADDRESS_HOLDS, Bucket, BucketError, Place, SignedDownloads, SignedUpload, Upload};
pub use inspection::{Inspected, MAX_PIXELS, MAX_SIDE, THUMBNAIL_BYTES, THUMBNAIL_SIDE, inspect};
