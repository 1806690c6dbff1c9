//! What the purger asks of a provider.

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::HeaderName;

use super::TagHeader;
use crate::content_clock::AsOf;
use crate::http_client::{Answer, SendError};

/// The most characters of an answer that an error repeats.
const MOST_WORDS: usize = 200;

/// A CDN, or whatever stands in front of the instances and keeps answers.
pub trait Provider: fmt::Debug + Send + Sync {
    /// Its name, as the configuration and the metrics spell it.
    fn name(&self) -> &'static str;

    /// Where it reads the tags of an answer.
    fn tag_header(&self) -> TagHeader;

    /// Where it reads how long it may keep an answer.
    fn lifetime_header(&self) -> LifetimeHeader {
        LifetimeHeader::Targeted(HeaderName::from_static("cdn-cache-control"))
    }

    /// What one call may hold, and how many there may be.
    fn limits(&self) -> Limits;

    /// Purges a batch. It returns when the provider has said yes; doing it twice does no harm.
    fn purge<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<(), PurgeError>>;
}

/// Where a provider reads how long it may keep an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LifetimeHeader {
    /// A header that browsers do not read, with the directives of `Cache-Control` (RFC 9213).
    Targeted(HeaderName),
    /// `s-maxage` of `Cache-Control`: it reads nothing else.
    SharedMaxAge,
}

/// The limits of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most tags of one call.
    pub tags: usize,
    /// The most bytes of one call's tags, each with a separator.
    pub bytes: usize,
    /// How many calls there may be.
    pub calls: Rate,
    /// For a provider with tiers of caches: after how long to purge once more, since an outer cache
    /// may have taken the old answer from an inner one in the middle of the first purge.
    pub tier_gap: Option<Duration>,
}

/// How many calls a provider allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Calls at once.
    pub burst: u32,
    /// The time after which one more is allowed.
    pub every: Duration,
}

impl Rate {
    /// So many calls a minute, a quarter of them at once. None is taken for one.
    #[must_use]
    pub fn per_minute(calls: u32) -> Self {
        let calls = calls.max(1);
        Self { burst: calls.div_ceil(4), every: Duration::from_mins(1) / calls }
    }
}

/// What one call purges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The tags, spelled as they stand on answers.
    pub tags: Vec<String>,
    /// The change up to which these are purged.
    pub at: AsOf,
    /// Whether what is purged may still be served as stale while it is fetched anew, where the
    /// provider can do that. Not so in a new epoch: what it holds may be lost content.
    pub soft: bool,
    /// Names this very batch, so that a provider can tell a repetition: 32 hexadecimal digits.
    pub key: String,
}

/// Why a purge was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PurgeError {
    /// The provider cannot do it now, or nobody knows whether it did: it is asked again.
    #[error("{reason}")]
    NotNow {
        /// What it said.
        reason: String,
        /// How long it wants to be left alone, where it said so.
        after: Option<Duration>,
    },
    /// The provider refuses this batch, and would do so again.
    #[error("refused: {reason}")]
    Refused {
        /// What it said.
        reason: String,
    },
}

impl PurgeError {
    /// The failure that the status of an answer tells of, in the provider's words.
    pub(super) fn of(answer: &Answer) -> Self {
        Self::with_words(answer, &String::from_utf8_lossy(&answer.body))
    }

    /// The same, with a part of the answer as the words.
    pub(super) fn with_words(answer: &Answer, words: &str) -> Self {
        let words: String = words.chars().filter(|c| !c.is_control()).take(MOST_WORDS).collect();
        let reason = format!("{}: {words}", answer.status.as_u16());
        // A key that is wrong today may be right tomorrow: the batch is not to blame for it.
        let is_later = matches!(answer.status.as_u16(), 401 | 403 | 404 | 408 | 425 | 429);
        if answer.status.is_client_error() && !is_later {
            return Self::Refused { reason };
        }
        Self::NotNow { reason, after: answer.retry_after() }
    }

    /// The batch cannot even be written down.
    fn unwritable(error: &dyn fmt::Display) -> Self {
        Self::Refused { reason: format!("the request cannot be made: {error}") }
    }
}

impl From<http::Error> for PurgeError {
    fn from(error: http::Error) -> Self {
        Self::unwritable(&error)
    }
}

impl From<serde_json::Error> for PurgeError {
    fn from(error: serde_json::Error) -> Self {
        Self::unwritable(&error)
    }
}

impl From<SendError> for PurgeError {
    fn from(error: SendError) -> Self {
        Self::NotNow { reason: error.to_string(), after: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn only_what_the_batch_is_to_blame_for_is_refused() {
        for (status, is_refused) in [
            (400, true),
            (413, true),
            (401, false),
            (403, false),
            (404, false),
            (429, false),
            (500, false),
            (302, false),
        ] {
            let answer = Answer::of(status, http::HeaderMap::new(), "a\nb", Timestamp(0));
            let failure = PurgeError::of(&answer);
            assert_eq!(matches!(failure, PurgeError::Refused { .. }), is_refused, "{status}");
            assert!(failure.to_string().ends_with("ab"), "{failure}");
        }
    }
}
