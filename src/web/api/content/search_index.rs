//! What a search in the browser goes through: a little of everything, without pages.

use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};

use super::site;
use crate::domain::{PostSummary, paths};
use crate::services::reading::{Asker, Page};
use crate::web::api::answer;
use crate::web::api::error::{ApiError, Doing};
use crate::web::api::shape::{Author, Site, Tag, only};
use crate::web::state::SiteState;

/// So many posts there are in it: the newest.
const MOST: u32 = 10_000;

pub(super) async fn posts(state: SiteState) -> Result<Response, ApiError> {
    let mut read = state.reading.posts(0, MOST).await.map_err(|error| failed(&error, "posts"))?;
    read.content.sort_by_key(|post| std::cmp::Reverse(post.updated_at));
    Ok(answer(&state, "posts", read, post))
}

pub(super) async fn authors(state: SiteState) -> Result<Response, ApiError> {
    const FIELDS: [&str; 5] = ["id", "slug", "name", "url", "profile_image"];
    let read = state.reading.authors().await.map_err(|error| failed(&error, "authors"))?;
    Ok(answer(&state, "authors", read, |site, author| {
        named(&Author::of(site, author, None), &FIELDS)
    }))
}

pub(super) async fn tags(state: SiteState) -> Result<Response, ApiError> {
    const FIELDS: [&str; 4] = ["id", "slug", "name", "url"];
    let read = state.reading.tags().await.map_err(|error| failed(&error, "tags"))?;
    Ok(answer(&state, "tags", read, |site, tag| named(&Tag::of(site, tag, None), &FIELDS)))
}

fn failed(error: &impl std::fmt::Display, name: &'static str) -> ApiError {
    Doing::List(name).failed(error)
}

fn answer<T>(
    state: &SiteState,
    name: &str,
    read: Page<Vec<T>>,
    shape: impl Fn(&Site<'_>, &T) -> Value,
) -> Response {
    let site = site(Asker::Reader, state, &read.settings);
    let rows: Vec<Value> = read.content.iter().map(|row| shape(&site, row)).collect();
    answer::made_of(read.seen, &json!({ name: rows }))
}

fn post(site: &Site<'_>, post: &PostSummary) -> Value {
    json!({
        "id": post.id.to_string(),
        "slug": post.slug.to_string(),
        "title": post.title,
        "excerpt": post.excerpt,
        "url": format!("{}{}", site.base_url, paths::post(&post.slug)),
        "updated_at": site.dates.write(post.updated_at),
        "visibility": post.visibility,
    })
}

/// Some of the fields of a shape.
fn named(shape: &impl Serialize, fields: &[&str]) -> Value {
    only(shape, Some(&[]), fields)
}
