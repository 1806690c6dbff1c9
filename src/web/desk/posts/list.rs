//! The list of posts: where a writer comes in.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::IntoResponse as _;
use jiff::tz::TimeZone;
use url::form_urlencoded::Serializer;

use super::{Asked, address, moment, name};
use crate::domain::post::PostCard;
use crate::domain::{PostKind, Status, Timestamp};
use crate::services::editing::{COUNTED, Counts, Editing, Place as ListPlace, PostsAtDesk, Query};
use crate::web::assets::asset;
use crate::web::desk::frame::{Frame, Place};
use crate::web::desk::{Result, page};
use crate::web::session::SignedIn;

/// The page: `templates/desk/posts.html`.
#[derive(Template)]
#[template(path = "desk/posts.html")]
struct PostsPage<'a> {
    frame: Frame<'a>,
    kind: PostKind,
    /// What was just done.
    done: Option<&'static str>,
    kinds: Vec<Filter>,
    statuses: Vec<Filter>,
    /// The state that the list is narrowed to, as the address says it.
    status: Option<&'static str>,
    words: &'a str,
    rows: Vec<Row<'a>>,
    /// The first page, where this is another.
    newest: Option<String>,
    /// The page behind this one.
    older: Option<String>,
}

/// A way to narrow the list.
struct Filter {
    words: &'static str,
    count: Option<String>,
    href: String,
    current: bool,
}

/// A post of the list.
struct Row<'a> {
    href: String,
    title: &'a str,
    status: &'static str,
    when: String,
    machine: String,
    by: String,
    tags: String,
    language: Option<&'a str>,
}

/// `GET /desk/`
pub(super) async fn show(State(editing): State<Editing>, writer: SignedIn, asked: Asked) -> Result {
    let query = Query {
        kind: asked.kind(),
        status: asked.status(),
        words: asked.q.as_deref().unwrap_or_default().chars().take(200).collect(),
        behind: asked.behind.as_deref().and_then(read_place),
    };
    let list = editing.list(&writer.user, &query).await?;
    let shown = page(&PostsPage::new(&writer, &asked, &query, &list))?;
    Ok((Extension(list.token), shown).into_response())
}

impl<'a> PostsPage<'a> {
    fn new(writer: &'a SignedIn, asked: &Asked, query: &'a Query, list: &'a PostsAtDesk) -> Self {
        let title = if query.kind == PostKind::Page { "Pages" } else { "Posts" };
        let zone = list.settings.zone();
        let link =
            |kind, status, behind: Option<&ListPlace>| href(kind, status, &query.words, behind);
        let kinds = [(PostKind::Post, "Posts"), (PostKind::Page, "Pages")]
            .map(|(kind, words)| Filter {
                words,
                count: None,
                href: href(kind, None, "", None),
                current: query.kind == kind,
            })
            .into();
        Self {
            frame: Frame::new(&list.settings.title, title, Place::Posts, writer),
            kind: query.kind,
            done: asked.done().map(super::Done::words),
            kinds,
            statuses: statuses(query, &list.counts),
            status: query.status.map(parameter),
            words: &query.words,
            rows: list.posts.iter().map(|card| Row::new(card, &zone)).collect(),
            newest: query.behind.as_ref().map(|_| link(query.kind, query.status, None)),
            older: list.next.as_ref().map(|place| link(query.kind, query.status, Some(place))),
        }
    }

    /// Whether there is nothing at all, rather than nothing that was asked for.
    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.words.is_empty() && self.status.is_none()
    }
}

impl<'a> Row<'a> {
    fn new(card: &'a PostCard, zone: &TimeZone) -> Self {
        let post = &card.post;
        let (status, at) = standing(post.status, post.published_at, post.updated_at);
        let names = |names: Vec<&str>| names.join(", ");
        Self {
            href: address(&post.id),
            title: &post.title,
            status,
            when: moment::in_words(at, zone),
            machine: at.to_rfc3339(),
            by: names(card.authors.iter().map(|author| author.name.as_str()).collect()),
            tags: names(card.tags.iter().map(|tag| tag.name.as_str()).collect()),
            language: post.locale.as_deref(),
        }
    }
}

/// A state in words, and the instant that belongs to it.
pub(super) fn standing(
    status: Status,
    published_at: Option<Timestamp>,
    updated_at: Timestamp,
) -> (&'static str, Timestamp) {
    match (status, published_at) {
        (Status::Published, Some(at)) => ("Published", at),
        (Status::Scheduled, Some(at)) => ("Scheduled for", at),
        _ => ("Draft, saved", updated_at),
    }
}

fn statuses(query: &Query, counts: &Counts) -> Vec<Filter> {
    let all = counts.drafts + counts.scheduled + counts.published;
    let is_bounded =
        [counts.drafts, counts.scheduled, counts.published].contains(&u64::from(COUNTED));
    [
        (None, "All", all, is_bounded),
        (Some(Status::Draft), "Drafts", counts.drafts, false),
        (Some(Status::Scheduled), "Scheduled", counts.scheduled, false),
        (Some(Status::Published), "Published", counts.published, false),
    ]
    .map(|(status, words, count, is_bounded)| Filter {
        words,
        count: Some(counted(count, is_bounded)),
        href: href(query.kind, status, &query.words, None),
        current: query.status == status,
    })
    .into()
}

/// A number, with a plus where counting ended.
fn counted(count: u64, is_bounded: bool) -> String {
    let bound = u64::from(COUNTED);
    if is_bounded || count >= bound { format!("{}+", count.max(bound)) } else { count.to_string() }
}

const fn parameter(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Scheduled => "scheduled",
        Status::Published => "published",
    }
}

fn href(kind: PostKind, status: Option<Status>, words: &str, behind: Option<&ListPlace>) -> String {
    let mut query = Serializer::new(String::new());
    if kind == PostKind::Page {
        query.append_pair("kind", name(kind));
    }
    if let Some(status) = status {
        query.append_pair("status", parameter(status));
    }
    if !words.is_empty() {
        query.append_pair("q", words);
    }
    if let Some(place) = behind {
        query.append_pair("behind", &format!("{}.{}", place.updated_at.0, place.post_id));
    }
    let query = query.finish();
    if query.is_empty() { "/desk/".to_owned() } else { format!("/desk/?{query}") }
}

/// A place in the list, as addresses have it.
fn read_place(text: &str) -> Option<ListPlace> {
    let (updated_at, post_id) = text.split_once('.')?;
    Some(ListPlace {
        updated_at: Timestamp(updated_at.parse().ok()?),
        post_id: post_id.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::PostId;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let place = ListPlace { updated_at: Timestamp(-7), post_id: PostId::derived("x") };
        let link = href(PostKind::Page, Some(Status::Draft), "a&b", Some(&place));
        let (path, behind) = link.split_once("&behind=").unwrap();
        assert_eq!(path, "/desk/?kind=page&status=draft&q=a%26b");
        assert_eq!(read_place(behind), Some(place));
        for odd in ["", ".", "7", "7.x", "x.000000000000000000000001", "99999999999999999999.0"] {
            assert_eq!(read_place(odd), None, "{odd}");
        }
    }

    #[test]
    fn counting_ends_somewhere() {
        assert_eq!(counted(999, false), "999");
        assert_eq!(counted(1_000, false), "1000+");
        assert_eq!(counted(1_400, true), "1400+");
    }
}
