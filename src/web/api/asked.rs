//! What is asked for: a list of a resource, or one of its rows, and the answer to that.

use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::response::Response;
use http::request::Parts;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::answer;
use super::cursor::Walk;
use super::dates::Dates;
use super::error::{ApiError, Doing, Kind};
use super::params::{Limit, ListLimits, PageOf, Params};
use super::shape::{Count, Pagination, Site};
use crate::domain::{PostId, Settings, Slug};
use crate::nql::Filter;
use crate::services::reading::{Asker, Browsed, Browsing, FilterError, Query, Seen, Which};
use crate::web::edge::Policy;
use crate::web::state::SiteState;

pub(super) type Result<T = Response, E = ApiError> = std::result::Result<T, E>;

/// What a client asks for of one resource: its name in the plural and in the singular, as its errors say
/// it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    pub(super) many: &'static str,
    pub(super) one: &'static str,
}

impl Names {
    /// Whether one of them is read only if the filter chooses it, as Ghost has it of tags and authors. A
    /// post is read whatever a filter says.
    fn are_chosen(self) -> bool {
        matches!(self.many, "tags" | "authors" | "users")
    }
}

/// A request, as far as a resource reads it: what its path names, and its parameters.
#[derive(Debug)]
pub(super) struct Ask {
    named: Named,
    pub(super) params: Params,
    limits: ListLimits,
}

#[derive(Debug)]
enum Named {
    /// No row in particular.
    All,
    Id(String),
    Slug(String),
    Email(String),
    /// What is not text.
    Unreadable,
}

/// What is asked for: a list of rows, or one.
pub(super) struct Asked {
    pub(super) query: Query,
    pub(super) page: PageOf,
    pub(super) doing: Doing,
    /// The list, where somebody goes through it by cursors.
    walk: Option<Walk>,
}

impl<S> FromRequestParts<S> for Ask
where
    ListLimits: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let named = match RawPathParams::from_request_parts(parts, state).await {
            Ok(path) => path.iter().next().map_or(Named::All, |(name, value)| match name {
                "id" => Named::Id(value.to_owned()),
                "email" => Named::Email(value.to_owned()),
                _ => Named::Slug(value.to_owned()),
            }),
            Err(_) => Named::Unreadable,
        };
        let params = Params::of(parts.uri.query().unwrap_or_default());
        Ok(Self { named, params, limits: ListLimits::from_ref(state) })
    }
}

impl Ask {
    /// What is asked for of a resource.
    pub(super) fn of(&self, asker: Asker, names: Names) -> Result<Asked> {
        let doing = Doing::Read(names.one);
        let which = match &self.named {
            Named::All => return Asked::list(asker, names, &self.params, self.limits),
            // All ids have one form, whatever they are of.
            Named::Id(id) if id.parse::<PostId>().is_ok() => Which::Id(id.clone()),
            Named::Id(_) => return Err(doing.refuses("id", "matches")),
            Named::Slug(slug) if Slug::parse(slug).is_some() => Which::Slug(slug.clone()),
            Named::Slug(_) | Named::Unreadable => return Err(doing.refuses("slug", "isSlug")),
            Named::Email(email) => Which::Email(email.trim().to_lowercase()),
        };
        let filter = if names.are_chosen() { self.params.filter(doing)? } else { None };
        Ok(Asked::one(asker, doing, which, filter))
    }

    /// The id that the path names, of what is to be changed.
    pub(super) fn id<T: FromStr>(&self, doing: Doing) -> Result<T> {
        match &self.named {
            Named::Id(id) => id.parse().map_err(|_| doing.refuses("id", "matches")),
            _ => Err(doing.refuses("id", "matches")),
        }
    }

    /// How many posts there are, for those who ask.
    pub(super) fn count(&self, posts: i64) -> Option<Count> {
        self.params.includes("count.posts").then_some(Count { posts })
    }
}

impl Asked {
    fn list(asker: Asker, names: Names, params: &Params, limits: ListLimits) -> Result<Self> {
        let doing = Doing::List(names.many);
        let mut page = params.page(doing, limits)?;
        let (mut walk, mut after) = (None, None);
        if let Some(cursor) = params.after() {
            // One who goes through it by cursors is on no page in particular.
            page.page = 1;
            let [filter, order] = params.choice();
            let asker_name = format!("{asker:?}");
            let through = Walk::through(&[names.many, &asker_name, filter, order]);
            let place = through.place(cursor);
            after = Some(place.ok_or_else(|| doing.refuses("after", "matches"))?);
            walk = Some(through);
        }
        let query = Query {
            asker,
            which: Which::All,
            filter: params.filter(doing)?,
            order: params.order(doing)?,
            limit: Some(page.limit.rows()),
            skip: page.skip(),
            after,
        };
        Ok(Self { query, page, doing, walk })
    }

    fn one(asker: Asker, doing: Doing, which: Which, filter: Option<Filter>) -> Self {
        let (order, limit) = (Vec::new(), Some(1));
        let query = Query { asker, which, filter, order, limit, skip: 0, after: None };
        Self { query, page: PageOf { limit: Limit::Rows(1), page: 1 }, doing, walk: None }
    }

    /// The answer: the rows under their name, each made by `shape`; with a `meta` for a list. One row that
    /// is not there is an error.
    pub(super) fn answer<T, S: Serialize>(
        &self,
        names: Names,
        state: &SiteState,
        found: Browsing<T>,
        shape: impl Fn(&Site<'_>, &T) -> S,
    ) -> Result {
        let site = site(self.query.asker, state, &found.settings);
        let Browsed { rows, total, last } =
            found.content.map_err(|error| refused(self.doing, &error))?;
        let shaped: Vec<S> = rows.iter().map(|row| shape(&site, row)).collect();
        if self.query.which != Which::All {
            if shaped.is_empty() {
                let context = format!("There is no such {}.", names.one);
                return Err(self.doing.fails(Kind::NotFound, context).seen(found.seen));
            }
            return Ok(one(found.seen, names.many, &shaped));
        }
        let pagination = match &self.walk {
            Some(walk) => Pagination::walked(self.page, total, last.map(|at| walk.cursor(&at))),
            None => Pagination::of(self.page, total),
        };
        let mut response = list(found.seen, names.many, &shaped, &pagination);
        // Days before now are others tomorrow.
        let is_relative = self.query.filter.as_ref().is_some_and(Filter::is_relative);
        if is_relative && self.query.asker == Asker::Reader {
            response.extensions_mut().insert(Policy::MOMENT);
        }
        Ok(response)
    }
}

/// What a shape needs to know. Readers get dates as they stand on the pages.
pub(super) fn site<'a>(asker: Asker, state: &'a SiteState, settings: &Settings) -> Site<'a> {
    match asker {
        Asker::Reader => {
            Site { base_url: &state.base_url, dates: Dates::InZone(settings.zone()), asker }
        }
        Asker::Integration => Site::for_integrations(&state.base_url),
    }
}

/// A filter that cannot be answered. No change of content makes it another.
fn refused(doing: Doing, error: &FilterError) -> ApiError {
    match error {
        FilterError::Unknown(_) => {
            doing.fails(Kind::BadRequest, format!("Could not understand request: {error}."))
        }
        FilterError::NoPlace => doing.refuses("after", "matches"),
        FilterError::NoDate(_) => doing
            .fails(Kind::Validation, format!("Validation (isDate) failed for filter: {error}.")),
    }
}

/// Rows under their name, and which page of them it is.
pub(super) fn list<S: Serialize>(
    seen: Seen,
    name: &'static str,
    rows: &[S],
    pagination: &Pagination,
) -> Response {
    answer::made_of(seen, &Envelope { name, rows, meta: Some(Meta { pagination }) })
}

/// One row, in a list of one and without a `meta`: by that clients know that it is one.
fn one<S: Serialize>(seen: Seen, name: &'static str, rows: &[S]) -> Response {
    answer::made_of(seen, &Envelope { name, rows, meta: None })
}

/// A body: rows under their name. It is written as text at once; no tree of values is made first.
struct Envelope<'a, S> {
    name: &'static str,
    rows: &'a [S],
    meta: Option<Meta<'a>>,
}

#[derive(Serialize)]
struct Meta<'a> {
    pagination: &'a Pagination,
}

impl<S: Serialize> Serialize for Envelope<'_, S> {
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(self.name, self.rows)?;
        if let Some(meta) = &self.meta {
            map.serialize_entry("meta", meta)?;
        }
        map.end()
    }
}
