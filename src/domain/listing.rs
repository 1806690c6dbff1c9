//! Listings: the published posts of the site, of a tag or of an author, newest first.

use std::fmt;

use super::ids::{PostId, TagId, UserId};
use crate::clock::Timestamp;

/// Which posts a listing holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Every published post.
    Site,
    /// Those with a content tag.
    Tag(TagId),
    /// Those of an author.
    Author(UserId),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Site => f.write_str("site"),
            Self::Tag(id) => write!(f, "tag:{id}"),
            Self::Author(id) => write!(f, "author:{id}"),
        }
    }
}

/// Microseconds in a bucket: listings are counted, and their changes named, in spans of thirty days.
/// The triggers of the database divide by the same number.
pub const BUCKET: i64 = 2_592_000_000_000;

/// The bucket that an instant lies in. Division truncates, so bucket 0 is twice as wide.
#[must_use]
pub const fn bucket(instant: Timestamp) -> i64 {
    instant.0 / BUCKET
}

/// A place in a listing: between two posts, just behind the one it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// When that post was published.
    pub listed_at: Timestamp,
    /// Which post that is; ids decide between posts of one instant.
    pub post_id: PostId,
}

/// A page of a listing, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pagination {
    /// Which page this is.
    pub page: u64,
    /// Posts on a page.
    pub per_page: u32,
    /// Posts in the listing.
    pub total: u64,
}

impl Pagination {
    /// How many pages there are; one at least.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.total.div_ceil(u64::from(self.per_page.max(1))).max(1)
    }

    /// The page of newer posts.
    #[must_use]
    pub fn newer(&self) -> Option<u64> {
        (self.page > 1).then(|| self.page - 1)
    }

    /// The page of older posts.
    #[must_use]
    pub fn older(&self) -> Option<u64> {
        (self.page < self.pages()).then(|| self.page + 1)
    }
}

/// A month in which posts were published, in the time zone of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    /// The year.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl Month {
    /// A month, where the numbers are ones.
    #[must_use]
    pub fn new(year: i16, month: i8) -> Option<Self> {
        jiff::civil::Date::new(year, month, 1).ok().map(|_| Self { year, month })
    }

    /// The first instant of the month.
    #[must_use]
    pub fn start(self, zone: &jiff::tz::TimeZone) -> Timestamp {
        jiff::civil::Date::new(self.year, self.month, 1)
            .and_then(|day| day.to_zoned_datetime(zone.clone()))
            .map_or(Timestamp(i64::MIN), |first| first.timestamp().into())
    }

    /// The month that follows.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.month == 12 {
            Self { year: self.year + 1, month: 1 }
        } else {
            Self { year: self.year, month: self.month + 1 }
        }
    }
}
