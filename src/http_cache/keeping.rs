//! Putting a response where the requests that it is for find it: under the key of the target, or
//! under that of a variant, with an index that shows the way.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ETAG, LAST_MODIFIED};
use http::{HeaderName, Method, Response};

use super::answer::answer;
use super::body::ResponseBody;
use super::cache_control::{ResponseDirectives, Scope};
use super::compress;
use super::encoding::Coding;
use super::fetch::{Arrived, Fetch};
use super::freshness::Freshness;
use super::kept::{Kept, Responses};
use super::storable::Refusal;
use super::stored::is_absent;
use super::stored::{Head, Stored};
use super::vary::{Variants, select};
use crate::cache::{Entry, Lifetime, Made};
use crate::clock::Timestamp;
use crate::content_clock::{Provenance, TagSet};

/// How long an index of variants is kept. It says nothing of what they hold, so it may be old.
const INDEX_LIFETIME: Duration = Duration::from_hours(24);

/// A body: plain, and in other codings.
pub type Forms = (Bytes, Vec<(Coding, Bytes)>);

/// A response that may be stored.
pub struct Admitted {
    pub arrived: Arrived,
    pub stated: ResponseDirectives,
    pub freshness: Freshness,
    pub varies_by: Vec<HeaderName>,
}

impl Fetch {
    /// Puts a response where requests like this one find it.
    pub(super) async fn keep(
        &self,
        ready: Admitted,
        body: Forms,
    ) -> Made<Kept, Response<ResponseBody>> {
        let now = ready.arrived.exchange.received;
        let provenance = ready.arrived.provenance.clone();
        if self.place.variants.is_none() && ready.varies_by.is_empty() {
            let stored = self.stored(ready, body, &[]);
            return Made::Keep(self.entry(stored, provenance, now));
        }
        let known = self.place.variants.clone();
        let mut variants = known.unwrap_or_else(|| Variants::new(self.shared.entropy.next()));
        if !variants.take_in(&ready.varies_by) {
            self.slot.write(|report| report.refusal = Some(Refusal::Vary));
            let stored = self.stored(ready, body, &[]);
            return Made::Pass(answer(&stored, (&Method::GET, &self.request.headers), now));
        }
        let stored = self.stored(ready, body, &variants.names());
        let entry = self.entry(stored, provenance, now);
        let key = variants.key_for(&self.place.primary, &self.request.headers);
        if key == self.asked {
            if !variants.keys.contains(&key) {
                self.add(&mut variants, key).await;
                let index = self.index(variants, now);
                self.shared.cache.keep::<Responses>(&self.place.primary, index).await;
            }
            return Made::Keep(entry);
        }
        // It is found under another key than the one that was asked for, since it varies, or by more
        // than was known: those who ask there are shown the way.
        self.add(&mut variants, key.clone()).await;
        let entry = self.shared.cache.keep::<Responses>(&key, entry).await;
        self.slot.write(|report| report.entry = Some(entry));
        if self.asked != self.place.primary {
            let index = self.index(variants.clone(), now);
            self.shared.cache.keep::<Responses>(&self.place.primary, index).await;
        }
        Made::Keep(self.index(variants, now))
    }

    /// Adds a variant; the oldest goes where there are too many.
    async fn add(&self, variants: &mut Variants, key: String) {
        if let Some(oldest) = variants.put(key) {
            self.shared.remove(&oldest).await;
        }
    }

    fn stored(&self, ready: Admitted, (body, coded): Forms, chosen_by: &[HeaderName]) -> Stored {
        let Admitted { arrived, stated, freshness, .. } = ready;
        let is_negotiated = self.is_negotiated() && compress::is_wanted(&arrived.headers);
        let options = &self.shared.options;
        let is_absent = is_absent(arrived.status);
        let head = Head {
            status: arrived.status,
            headers: arrived.headers,
            selected: select(chosen_by, &self.request.headers),
            freshness,
            must_ask: stated.no_cache == Scope::Everything,
            forbids_stale: stated.forbids_stale(),
            is_negotiated,
            is_made_up: self.place.is_made_up || (is_absent && options.absent_on_second_sight),
        };
        Stored::new(head, body, if is_negotiated { coded } else { Vec::new() })
    }

    fn index(&self, variants: Variants, now: Timestamp) -> Entry<Kept> {
        Entry {
            value: Kept::Variants(variants),
            provenance: Provenance::new(self.shared.as_of(), TagSet::of([])),
            stored_at: now,
            lifetime: Lifetime::fresh_for(INDEX_LIFETIME),
            cost: Duration::ZERO,
        }
    }

    pub(super) fn entry(
        &self,
        stored: Stored,
        provenance: Provenance,
        now: Timestamp,
    ) -> Entry<Kept> {
        let lifetime = self.lifetime(&stored, now);
        let value = Kept::Response(Box::new(stored));
        Entry { value, provenance, stored_at: now, lifetime, cost: Duration::ZERO }
    }

    /// How long the layered cache keeps a response, which is as long as it may be of any use.
    fn lifetime(&self, stored: &Stored, now: Timestamp) -> Lifetime {
        let freshness = &stored.head.freshness;
        let headers = &stored.head.headers;
        let can_be_asked = headers.contains_key(ETAG) || headers.contains_key(LAST_MODIFIED);
        let options = &self.shared.options;
        let for_asking = if can_be_asked { options.kept_for_validation } else { Duration::ZERO };
        Lifetime {
            fresh: freshness.lifetime.saturating_sub(freshness.age(now)),
            stale_while_revalidate: freshness.stale_while_revalidate,
            stale_if_error: freshness
                .stale_if_error
                .max(for_asking)
                .max(self.shared.stale_when_disconnected(stored)),
        }
    }
}
