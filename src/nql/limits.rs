//! How much a filter may ask for: whoever writes one pays nothing, and whoever answers pays for it all.

/// The longest filter, in bytes.
pub const MAX_LENGTH: usize = 8 * 1024;
/// The most conditions in one filter.
pub const MAX_TERMS: usize = 64;
/// How deep parentheses may nest.
pub const MAX_DEPTH: usize = 16;
/// The most values in one list.
pub const MAX_LIST: usize = 200;
