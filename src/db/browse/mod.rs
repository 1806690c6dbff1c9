//! Browsing: a page of posts, tags or authors, chosen by a filter and in an order that somebody else
//! thought of. Every other list of the site has an index of its own; here whoever asks decides what
//! it costs, within bounds, and the answer is kept.

mod fields;
mod filter;
mod members;
mod order;
mod posts;
mod relative;
mod values;

use crate::clock::Timestamp;
use crate::nql;

pub use fields::{Asker, Resource};
pub use filter::FilterError;
pub use members::{Member, authors, tags};
pub use order::{By, Place};
pub use posts::{Lead, posts};

use filter::Compiler;
use values::Values;

/// Which rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// All that the filter chooses.
    All,
    /// The one with this id.
    Id(String),
    /// The one with this slug.
    Slug(String),
    /// The user with this address.
    Email(String),
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Who asks.
    pub asker: Asker,
    /// Which rows.
    pub which: Which,
    /// What has to hold of each.
    pub filter: Option<nql::Filter>,
    /// Their order; the usual one where there is no rule.
    pub order: Vec<By>,
    /// How many there may be; all where there is no number.
    pub limit: Option<u32>,
    /// How many of the first are left out.
    pub skip: u64,
    /// Behind which place the rows stand; then the place of the last of them is told.
    pub after: Option<Place>,
}

/// Rows, and how many there are on all pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browsed<T> {
    /// The rows of the page, in order.
    pub rows: Vec<T>,
    /// The rows of all pages.
    pub total: u64,
    /// Where the last of these rows stands, if that was asked for and there may be more.
    pub last: Option<Place>,
}

/// Why nothing was found out.
#[derive(Debug, thiserror::Error)]
pub enum BrowseError {
    /// The filter cannot be answered.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The database does not answer.
    #[error(transparent)]
    Database(#[from] super::DbError),
}

impl From<sqlx::Error> for BrowseError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

impl Query {
    /// The condition of the filter and of [`Query::which`], with `and` before each part.
    fn conditions(
        &self,
        resource: Resource,
        now: Timestamp,
        filter: Option<&nql::Filter>,
        values: &mut Values,
    ) -> Result<String, FilterError> {
        let mut text = match &self.which {
            Which::All => String::new(),
            Which::Id(id) => format!(" and {} = {}", resource.id(), values.text(id)),
            Which::Slug(slug) => format!(" and {} = {}", resource.slug(), values.text(slug)),
            // PostgreSQL takes no text with a zero in it, and nobody has such an address.
            Which::Email(email) => {
                format!(" and u.email = {}", values.text(email.replace('\0', " ")))
            }
        };
        if let Some(filter) = filter {
            let mut compiler = Compiler { resource, asker: self.asker, now, values };
            if let Some(condition) = compiler.compile(filter)? {
                text.push_str(" and ");
                text.push_str(&condition);
            }
        }
        Ok(text)
    }

    /// Whether the first row says how many there are, or nobody where there is none.
    const fn is_first(&self) -> bool {
        self.skip == 0 && self.after.is_none()
    }

    /// The place behind which there may be more.
    fn last<T>(&self, rows: &[order::Placed<T>]) -> Option<Place> {
        let is_full = self.limit.is_some_and(|limit| rows.len() >= limit as usize);
        let last = rows.last().filter(|_| is_full && self.after.is_some())?;
        Some(last.place.clone())
    }

    /// `limit` and `offset`.
    fn window(&self, values: &mut Values) -> String {
        let limit = values.number(self.limit.map_or(i64::MAX, i64::from));
        let skip = values.number(i64::try_from(self.skip).unwrap_or(i64::MAX));
        format!(" limit {limit} offset {skip}")
    }
}
