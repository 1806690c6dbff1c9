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

/// A place where the assets of other builds can be found.
pub trait OtherBuilds: Send + Sync {
    /// The asset at an address, if any other build has it. A failure to look is `None` as well:
    /// the client gets a `404` with a short life either way.
    fn find<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Option<OtherAsset>>;
}

/// No other build: the case of one instance.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl OtherBuilds for Alone {
    fn find<'a>(&'a self, _path: &'a str) -> BoxFuture<'a, Option<OtherAsset>> {
        Box::pin(std::future::ready(None))
    }
}
