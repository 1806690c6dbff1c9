//! Posts and pages.
//!
//! What readers may see of posts stands in [`super::super::listings`], in the usual order, for the site
//! and for each tag and author; so what is chosen by one of these is a range of an index.

use sqlx::FromRow;

use super::fields::Resource;
use super::order::{Key, Placed};
use super::values::{Placeholder, Values, fetch_with};
use super::{Asker, BrowseError, Browsed, Query, order};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::db::connection::on;
use crate::db::posts::COLUMNS;
use crate::domain::{Post, PostKind};
use crate::nql::{Condition, Filter, Scalar, Test};

/// Whose listing holds all that a filter can choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lead {
    /// That of the site.
    Site,
    /// That of the tag with a slug.
    Tag(String),
    /// That of the author with a slug.
    Author(String),
}

#[derive(FromRow)]
struct Row {
    total: i64,
    #[sqlx(flatten)]
    post: Post,
}

/// A page of posts or pages.
///
/// # Errors
/// The filter cannot be answered, or the database does not answer.
pub async fn posts(
    c: &mut Connection,
    kind: PostKind,
    query: &Query,
    now: Timestamp,
) -> Result<Browsed<Post>, BrowseError> {
    let (sql, values) = statement(kind, query, now)?;
    let rows: Vec<Placed<Row>> = fetch_with!(c, sql, values)?;
    let total = match rows.first() {
        Some(first) => first.row.total,
        // Nobody says it where the page lies behind the last.
        None if !query.is_first() => {
            let (sql, values) = count(kind, query, now)?;
            let counted: Vec<(i64,)> = fetch_with!(c, sql, values)?;
            counted.first().map_or(0, |(total,)| *total)
        }
        None => 0,
    };
    let last = query.last(&rows);
    let rows = rows.into_iter().map(|placed| placed.row.post).collect();
    Ok(Browsed { rows, total: total.max(0).unsigned_abs(), last })
}

impl Lead {
    /// The shortest listing that will do, and what is left of the filter.
    #[must_use]
    pub fn of(filter: Option<&Filter>) -> (Self, Option<Filter>) {
        match filter {
            None => (Self::Site, None),
            Some(Filter::All(filters)) => {
                let leads = filters.iter().enumerate();
                let mut leads = leads.filter_map(|(at, filter)| Some((at, Self::named(filter)?)));
                let Some((at, lead)) = leads.next() else {
                    return (Self::Site, filter.cloned());
                };
                let mut rest = filters.clone();
                rest.remove(at);
                (lead, Some(Filter::All(rest)))
            }
            Some(one) => match Self::named(one) {
                Some(lead) => (lead, None),
                None => (Self::Site, Some(one.clone())),
            },
        }
    }

    /// The listing that one condition names.
    fn named(filter: &Filter) -> Option<Self> {
        let Filter::Is(Condition { field, is_negated: false, test: Test::Is(value) }) = filter
        else {
            return None;
        };
        let slug = match value {
            Scalar::Text(slug) => slug.clone(),
            Scalar::Number(number) => number.to_string(),
            _ => return None,
        };
        if slug.contains('\0') {
            return None;
        }
        match field.as_str() {
            "tag" | "tags" | "tags.slug" => Some(Self::Tag(slug)),
            "author" | "authors" | "authors.slug" => Some(Self::Author(slug)),
            _ => None,
        }
    }

    /// The scope, as SQL.
    fn scope(&self, values: &mut Values) -> String {
        match self {
            Self::Site => "'site'".to_owned(),
            Self::Tag(slug) => {
                let slug: Placeholder = values.text(slug);
                format!("(select 'tag:' || id from tags where slug = {slug})")
            }
            Self::Author(slug) => {
                let slug: Placeholder = values.text(slug);
                format!("(select 'author:' || id from users where slug = {slug})")
            }
        }
    }
}

/// Where the rows come from, and what has to hold of them; and whether that is a listing as it stands.
struct Source {
    rows: String,
    /// The scope of the listing, where nothing more is asked of its posts.
    scope: Option<String>,
    is_listing: bool,
}

fn source(
    kind: PostKind,
    query: &Query,
    now: Timestamp,
    values: &mut Values,
) -> Result<Source, BrowseError> {
    let resource = Resource::Posts;
    if query.asker == Asker::Reader && kind == PostKind::Post {
        let (lead, rest) = Lead::of(query.filter.as_ref());
        let scope = lead.scope(values);
        let rest = query.conditions(resource, now, rest.as_ref(), values)?;
        // The same instant, where it is a part of the key: so a filter by date is a range of it.
        let rest = rest.replace("p.published_at", "l.listed_at");
        let rows = format!(
            "from listings l join posts p on p.id = l.post_id where l.scope = {scope}{rest}"
        );
        let scope = rest.is_empty().then_some(scope);
        return Ok(Source { rows, scope, is_listing: true });
    }
    let kind = values.text(match kind {
        PostKind::Post => "post",
        PostKind::Page => "page",
    });
    let state = match query.asker {
        Asker::Reader => " and p.status = 'published'",
        Asker::Integration => "",
    };
    let rest = query.conditions(resource, now, query.filter.as_ref(), values)?;
    let rows = format!("from posts p where p.type = {kind}{state}{rest}");
    Ok(Source { rows, scope: None, is_listing: false })
}

/// How many rows there are on all pages, as SQL.
fn total(source: &Source) -> String {
    match &source.scope {
        Some(scope) => format!(
            "(select cast(coalesce(sum(posts), 0) as bigint) from listing_counts where scope = {scope})"
        ),
        None => format!("(select cast(count(*) as bigint) {})", source.rows),
    }
}

fn statement(
    kind: PostKind,
    query: &Query,
    now: Timestamp,
) -> Result<(String, Values), BrowseError> {
    let mut values = Values::default();
    let source = source(kind, query, now, &mut values)?;
    let total = total(&source);
    let mut keys = order::keys(Resource::Posts, query.asker, &query.order, None);
    let is_usual = keys.is_empty();
    if is_usual {
        keys.extend(in_the_order_of_slugs(query.filter.as_ref(), &mut values));
        keys.extend(usual(kind, query.asker, source.is_listing));
    } else {
        keys.push(Key::text("p.id", true));
    }
    let behind = order::behind(&keys, query.after.as_ref(), &mut values)?;
    let (order, places) = (order::order_by(&keys), order::columns(&keys, query.after.as_ref()));
    let window = query.window(&mut values);
    let sql = match &source.scope {
        // The page is cut out of the index before a post is looked at.
        Some(scope) if is_usual => format!(
            "select {COLUMNS}, {total} as total{places} from ( \
                select l.post_id, l.listed_at from listings l where l.scope = {scope}{behind} \
                order by {order}{window} \
            ) l join posts p on p.id = l.post_id order by {order}"
        ),
        _ => format!(
            "select {COLUMNS}, {total} as total{places} {}{behind} order by {order}{window}",
            source.rows
        ),
    };
    Ok((sql, values))
}

/// The order where nobody asks for another.
fn usual(kind: PostKind, asker: Asker, is_listing: bool) -> Vec<Key> {
    const STATE: &str = "case p.status when 'scheduled' then 0 when 'draft' then 1 else 2 end";
    const IS_DATED: &str = "case when p.published_at is null then 0 else 1 end";
    if is_listing {
        vec![Key::number("l.listed_at", true), Key::text("l.post_id", true)]
    } else if asker == Asker::Integration {
        vec![
            Key::number(STATE, false),
            Key::number(IS_DATED, false),
            Key::number("p.published_at", true),
            Key::number("p.updated_at", true),
            Key::text("p.id", true),
        ]
    } else if kind == PostKind::Page {
        vec![Key::text("lower(p.title)", false), Key::text("p.id", false)]
    } else {
        vec![Key::number("p.published_at", true), Key::text("p.id", true)]
    }
}

fn count(kind: PostKind, query: &Query, now: Timestamp) -> Result<(String, Values), BrowseError> {
    let mut values = Values::default();
    let source = source(kind, query, now, &mut values)?;
    Ok((format!("select {}", total(&source)), values))
}

/// Who names slugs gets them in that order.
fn in_the_order_of_slugs(filter: Option<&Filter>, values: &mut Values) -> Option<Key> {
    let Some(Filter::Is(Condition { field, is_negated: false, test: Test::OneOf(slugs) })) = filter
    else {
        return None;
    };
    if field != "slug" {
        return None;
    }
    let whens: Vec<String> = slugs
        .iter()
        .filter_map(|slug| match slug {
            Scalar::Text(slug) => Some(slug.clone()).filter(|slug| !slug.contains('\0')),
            Scalar::Number(number) => Some(number.to_string()),
            _ => None,
        })
        .enumerate()
        .map(|(place, slug)| format!(" when {} then {place}", values.text(slug)))
        .collect();
    if whens.is_empty() {
        return None;
    }
    Some(Key::number(format!("case p.slug{} else {} end", whens.concat(), whens.len()), false))
}
