//! The media store in a bucket, on a real S3 service.

mod bucket;
