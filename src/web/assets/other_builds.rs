//! The assets of other builds, for the minutes in which two builds serve one site.
//!
//! While a new build rolls out, a page of one instance may send the browser to another instance
//! for an asset that only the first one's build holds. A store that both can read answers then.

use bytes::Bytes;
use futures_util::future::BoxFuture;

/// An asset that some other build has left in a shared store.
#[derive(Debug, Clone)]
pub struct OtherAsset {
    /// The value of `Content-Type`.
    pub content_type: String,
    /// Its plain bytes.
    pub bytes: Bytes,
}

/// The place could not be looked at: whether there is such an asset is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the assets of other builds cannot be looked at")]
pub struct Unreachable;

/// A place where the assets of other builds can be found.
pub trait OtherBuilds: Send + Sync {
    /// The asset at an address, if any other build has it.
    fn find<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<Option<OtherAsset>, Unreachable>>;
}

/// No other build: the case of one instance.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl OtherBuilds for Alone {
    fn find<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<OtherAsset>, Unreachable>> {
        Box::pin(std::future::ready(Ok(None)))
    }
}
