//! What the CDN in front reads from an answer: how long it may keep it, and what it was made from.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::Policy;
use super::policy::Browser;
use crate::cdn::{LifetimeHeader, Purger, TagHeader, lifetime_for};
use crate::domain::CacheTag;
use crate::http_cache::shorten;

/// A CDN, as the answers know it.
#[derive(Debug, Clone)]
pub struct Cdn {
    /// Where it reads the tags.
    pub tags: TagHeader,
    /// Where it reads the lifetime.
    pub lifetime: LifetimeHeader,
    /// Tells it what has changed.
    pub purger: Arc<Purger>,
}

impl Cdn {
    /// The field with its lifetime, where that is one of its own.
    #[must_use]
    pub fn lifetime_field(&self) -> Option<&HeaderName> {
        match &self.lifetime {
            LifetimeHeader::Targeted(name) => Some(name),
            LifetimeHeader::SharedMaxAge => None,
        }
    }

    /// Writes both on an answer with these tags.
    pub(super) fn write<'a>(
        &self,
        headers: &mut HeaderMap,
        policy: Policy,
        tags: impl IntoIterator<Item = &'a CacheTag>,
    ) {
        // What cannot be purged must not be kept.
        let value = self.tags.value(tags.into_iter().map(CacheTag::as_str));
        let policy = if value.is_some() { policy } else { policy.for_browsers_alone() };
        if let Some(value) = value {
            headers.insert(self.tags.name.clone(), value);
        }
        match &self.lifetime {
            LifetimeHeader::Targeted(name) => {
                headers.insert(name.clone(), policy.targeted());
            }
            LifetimeHeader::SharedMaxAge if policy.browser == Browser::Asks => {
                let text = format!("max-age=0, must-revalidate, s-maxage={}", policy.fresh);
                if let Ok(value) = HeaderValue::from_str(&text) {
                    headers.insert(header::CACHE_CONTROL, value);
                }
            }
            LifetimeHeader::SharedMaxAge => {}
        }
    }

    /// Keeps the CDN from keeping an answer, whatever it declares.
    pub(crate) fn keep_out(&self, headers: &mut HeaderMap) {
        headers.remove(&self.tags.name);
        if let LifetimeHeader::Targeted(name) = &self.lifetime {
            headers.insert(name.clone(), HeaderValue::from_static("no-store"));
        }
    }

    /// Bounds the lifetime of an answer that leaves, while its purges may still be under way or the
    /// purges lag. What has been in our own cache for a while has not changed since; what has no age was
    /// just made.
    pub(crate) fn on_leaving(&self, headers: &mut HeaderMap) {
        let age = headers.get(header::AGE).and_then(|age| age.to_str().ok()?.parse().ok());
        let age = Duration::from_secs(age.unwrap_or(0));
        let declared = Duration::MAX;
        let bound = lifetime_for(declared, Some(age), self.purger.lag());
        if bound < declared {
            shorten(headers, self.lifetime_field().map_or(&[], std::slice::from_ref), bound);
        }
    }
}
