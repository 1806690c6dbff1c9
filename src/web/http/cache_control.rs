//! The values of `Cache-Control` for what is served by a name that holds its hash.

/// For what never changes under its name: a year, and no question in between (RFC 8246).
pub const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// For a hashed name that is not known here. Ten seconds keep a shared cache from passing on
/// every request for a broken link; more would hide a file that another instance, or this one a
/// moment later, has.
pub const UNKNOWN_NAME: &str = "public, max-age=10";

/// For a redirect whose target depends on rules that a later version may change.
pub const REDIRECT: &str = "public, max-age=3600";

/// For what no cache may keep: the answer to one request and its preconditions.
pub const NO_STORE: &str = "no-store";
