//! The layers that answers pass through, one file each.

pub(super) mod access_log;
pub(super) mod compression;
pub(super) mod request_id;
pub(super) mod security_headers;
pub(super) mod validators;
