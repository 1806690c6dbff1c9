//! What a search in the browser goes through: a little of everything, without pages.

use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::site;
use crate::domain::{self, PostSummary, Visibility, paths};
use crate::services::reading::{Asker, Page};
use crate::web::absolute;
use crate::web::api::answer;
use crate::web::api::description::{Operation, sample};
use crate::web::api::error::{ApiError, Doing};
use crate::web::api::shape::Site;
use crate::web::state::SiteState;

/// So many posts there are in it: the newest.
const MOST: u32 = 10_000;

/// What is found of a post.
#[derive(Serialize, JsonSchema)]
struct IndexedPost {
    id: String,
    slug: String,
    title: String,
    excerpt: String,
    url: String,
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
    visibility: Visibility,
}

/// What is found of an author.
#[derive(Serialize, JsonSchema)]
struct IndexedAuthor {
    id: String,
    slug: String,
    name: String,
    url: String,
    profile_image: Option<String>,
}

/// What is found of a content tag.
#[derive(Serialize, JsonSchema)]
struct IndexedTag {
    id: String,
    slug: String,
    name: String,
    url: String,
}

impl IndexedPost {
    fn of(site: &Site<'_>, post: &PostSummary) -> Self {
        Self {
            id: post.id.to_string(),
            slug: post.slug.to_string(),
            title: post.title.clone(),
            excerpt: post.excerpt.clone(),
            url: format!("{}{}", site.base_url, paths::post(&post.slug)),
            updated_at: site.dates.write(post.updated_at),
            visibility: post.visibility,
        }
    }
}

impl IndexedAuthor {
    fn of(site: &Site<'_>, author: &domain::Author) -> Self {
        let picture = author.profile_image.as_ref();
        Self {
            id: author.id.to_string(),
            slug: author.slug.to_string(),
            name: author.name.clone(),
            url: format!("{}{}", site.base_url, paths::author(&author.slug)),
            profile_image: picture.map(|address| absolute::address(site.base_url, address)),
        }
    }
}

impl IndexedTag {
    fn of(site: &Site<'_>, tag: &domain::Tag) -> Self {
        Self {
            id: tag.id.to_string(),
            slug: tag.slug.to_string(),
            name: tag.name.clone(),
            url: format!("{}{}", site.base_url, paths::tag(&tag.slug)),
        }
    }
}

pub(super) async fn posts(state: SiteState) -> Result<Response, ApiError> {
    let mut read = state.reading.posts(0, MOST).await.map_err(|error| failed(&error, "posts"))?;
    read.content.sort_by_key(|post| std::cmp::Reverse(post.updated_at));
    Ok(answer(&state, "posts", read, IndexedPost::of))
}

pub(super) async fn authors(state: SiteState) -> Result<Response, ApiError> {
    let read = state.reading.authors().await.map_err(|error| failed(&error, "authors"))?;
    Ok(answer(&state, "authors", read, IndexedAuthor::of))
}

pub(super) async fn tags(state: SiteState) -> Result<Response, ApiError> {
    let read = state.reading.tags().await.map_err(|error| failed(&error, "tags"))?;
    Ok(answer(&state, "tags", read, IndexedTag::of))
}

fn failed(error: &impl std::fmt::Display, name: &'static str) -> ApiError {
    Doing::List(name).failed(error)
}

fn answer<T, S: Serialize>(
    state: &SiteState,
    name: &str,
    read: Page<Vec<T>>,
    shape: impl Fn(&Site<'_>, &T) -> S,
) -> Response {
    let site = site(Asker::Reader, state, &read.settings);
    let rows: Vec<S> = read.content.iter().map(|row| shape(&site, row)).collect();
    answer::made_of(read.seen, &json!({ name: rows }))
}

pub(super) fn operations() -> Vec<Operation> {
    let site = sample::site(Asker::Reader);
    let at = |name: &str| format!("/content/search-index/{name}/");
    let post = IndexedPost::of(&site, &sample::post(domain::PostKind::Post).post.summary);
    let author = IndexedAuthor::of(&site, &sample::author());
    let tag = IndexedTag::of(&site, &sample::tag());
    vec![
        Operation::get(at("posts"), "What a search finds of posts").answers_all("posts", &post),
        Operation::get(at("authors"), "What a search finds of authors")
            .answers_all("authors", &author),
        Operation::get(at("tags"), "What a search finds of tags").answers_all("tags", &tag),
    ]
}
