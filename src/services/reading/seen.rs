//! What an answer was made from, as it is gathered while the answer is read.

use std::collections::BTreeSet;

use crate::content_clock::{AsOf, Provenance, TagSet};
use crate::domain::listing::bucket;
use crate::domain::media::IMAGES_PATH;
use crate::domain::post::{FullPost, PostCard};
use crate::domain::{Author, CacheTag, PostSummary, Scope, Tag, Timestamp};

/// How many buckets of a listing are named one by one; a wider span is the whole listing.
const MAX_BUCKETS: i64 = 6;

/// The cache tags of everything that was read, and the oldest moment of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    as_of: Moment,
    tags: BTreeSet<CacheTag>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Moment {
    #[default]
    Nothing,
    At(AsOf),
    /// Parts of two epochs: no moment covers both.
    Torn,
}

impl Seen {
    /// Something was read that has every change up to here.
    pub fn at(&mut self, moment: AsOf) {
        self.as_of = match self.as_of {
            Moment::Nothing => Moment::At(moment),
            Moment::At(before) if before.epoch == moment.epoch => Moment::At(before.min(moment)),
            Moment::At(_) | Moment::Torn => Moment::Torn,
        };
    }

    /// Something with this tag was read, or looked for.
    pub fn tag(&mut self, tag: CacheTag) {
        self.tags.insert(tag);
    }

    /// All of another's.
    pub fn join(&mut self, other: &Self) {
        match other.as_of {
            Moment::Nothing => {}
            Moment::At(moment) => self.at(moment),
            Moment::Torn => self.as_of = Moment::Torn,
        }
        self.tags.extend(other.tags.iter().cloned());
    }

    /// Up to which change everything that was read goes; `None` where nothing was read, or parts of
    /// two epochs: then the answer must not be kept.
    #[must_use]
    pub fn as_of(&self) -> Option<AsOf> {
        match self.as_of {
            Moment::At(moment) => Some(moment),
            Moment::Nothing | Moment::Torn => None,
        }
    }

    /// The tags, sorted; `all` is not among them.
    pub fn tags(&self) -> impl Iterator<Item = &CacheTag> {
        self.tags.iter()
    }

    /// As the caches keep it beside the value.
    #[must_use]
    pub fn provenance(&self) -> Option<Provenance> {
        Some(Provenance::new(self.as_of()?, TagSet::of(self.tags.iter().map(CacheTag::as_str))))
    }

    pub(super) fn listing(&mut self, scope: &Scope) {
        self.tag(CacheTag::listing(scope));
    }

    /// The part of a listing between two of its posts, both included. An end that is not there
    /// reaches as far as the listing does: whatever is added there is next.
    pub(super) fn span(&mut self, scope: &Scope, from: Option<Timestamp>, to: Option<Timestamp>) {
        let ends = from.zip(to).map(|(from, to)| (bucket(from), bucket(to)));
        match ends {
            Some((from, to)) if (0..MAX_BUCKETS).contains(&(to - from)) => {
                self.extend((from..=to).map(|bucket| CacheTag::bucket(scope, bucket)));
            }
            _ => self.listing(scope),
        }
    }

    /// The picture at an address.
    pub(super) fn picture(&mut self, address: Option<&str>) {
        self.extend(of_picture(address));
    }

    /// The tags of a post with some of what belongs to it.
    pub(super) fn of_post(post: &PostSummary, tags: &[Tag], authors: &[Author]) -> Vec<CacheTag> {
        of(post, tags, authors)
    }

    /// The tags of a card.
    pub(super) fn of_card(card: &PostCard) -> Vec<CacheTag> {
        of(&card.post, &card.tags, &card.authors)
    }

    /// The tags of a post with all that belongs to it.
    pub(super) fn of_full(full: &FullPost) -> Vec<CacheTag> {
        of(&full.post.summary, &full.tags, &full.authors)
    }
}

fn of(post: &PostSummary, tags: &[Tag], authors: &[Author]) -> Vec<CacheTag> {
    let mut all = vec![CacheTag::post(&post.id)];
    all.extend(tags.iter().map(|tag| CacheTag::tag(&tag.id)));
    all.extend(authors.iter().map(|author| CacheTag::author(&author.id)));
    all.extend(of_picture(post.feature_image.as_deref()));
    all
}

/// The table of media may know a picture that is stored here, or come to know it.
fn of_picture(address: Option<&str>) -> Option<CacheTag> {
    address?.strip_prefix(IMAGES_PATH).map(CacheTag::media)
}

impl Extend<CacheTag> for Seen {
    fn extend<I: IntoIterator<Item = CacheTag>>(&mut self, tags: I) {
        self.tags.extend(tags);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content_clock::Epoch;

    fn moment(epoch: u128, seq: u64) -> AsOf {
        AsOf { epoch: Epoch(epoch), seq }
    }

    #[test]
    fn the_oldest_part_says_how_old_the_whole_is() {
        let mut seen = Seen::default();
        assert_eq!(seen.as_of(), None);
        seen.at(moment(1, 7));
        seen.at(moment(1, 5));
        seen.at(moment(1, 9));
        assert_eq!(seen.as_of(), Some(moment(1, 5)));
        let mut other = Seen::default();
        other.at(moment(2, 3));
        seen.join(&other);
        assert_eq!(seen.as_of(), None, "of two epochs");
        seen.at(moment(1, 5));
        assert_eq!(seen.as_of(), None, "for good");
    }

    #[test]
    fn a_span_names_its_buckets_or_the_whole_listing() {
        let day = |n: i64| Timestamp(n * 86_400_000_000);
        let tags = |from, to| {
            let mut seen = Seen::default();
            seen.span(&Scope::Site, from, to);
            seen.tags().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(tags(Some(day(301)), Some(day(329))), ["listing:site/10"]);
        assert_eq!(tags(Some(day(299)), Some(day(301))), ["listing:site/10", "listing:site/9"]);
        assert_eq!(tags(Some(day(300)), None), ["listing:site"]);
        assert_eq!(tags(Some(day(0)), Some(day(3000))), ["listing:site"]);
    }
}
