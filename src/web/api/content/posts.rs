//! Posts and pages: a page is none of the posts, and a post none of the pages.

use super::{Ask, Names, Result};
use crate::domain::PostKind;
use crate::services::reading::{Asker, Beside};
use crate::web::api::description::{Operation, Resource, sample};
use crate::web::api::params::Formats;
use crate::web::api::shape::{Post, only};
use crate::web::state::SiteState;

const POSTS: Names = Names { many: "posts", one: "post" };
const PAGES: Names = Names { many: "pages", one: "page" };
/// What can stand beside a post.
const BOTH: Beside = Beside { tags: true, authors: true };

pub(super) async fn posts(state: SiteState, ask: Ask) -> Result {
    show(&state, PostKind::Post, POSTS, &ask).await
}

pub(super) async fn pages(state: SiteState, ask: Ask) -> Result {
    show(&state, PostKind::Page, PAGES, &ask).await
}

async fn show(state: &SiteState, kind: PostKind, names: Names, ask: &Ask) -> Result {
    let asked = ask.of(Asker::Reader, names)?;
    let mut formats = ask.params.formats(asked.doing)?;
    let fields = ask.params.fields();
    // What belongs to a post is there if it was asked for, whatever the fields are; a text that is one
    // of the fields is there, whatever the formats are.
    if let Some(fields) = &fields {
        formats = formats.and(fields);
    }
    let always: &[&str] = &["tags", "primary_tag", "authors", "primary_author"];
    let includes = |name| ask.params.includes(name);
    let beside = Beside { tags: includes("tags"), authors: includes("authors") };
    let found = state.reading.browse_posts(kind, &asked.query, beside).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(names, state, found, |site, post| {
        only(Post::of(site, post, beside, &formats), fields.as_deref(), always)
    })
}

pub(super) fn operations() -> Vec<Operation> {
    let of = |kind, at, names| {
        let resource = Resource {
            at,
            names,
            by: &["id", "slug"],
            includes: &["tags", "authors"],
            formats: &["html", "plaintext"],
            example: &["title", "slug", "url", "published_at"],
        };
        resource.reads(&Post::of(
            &sample::site(Asker::Reader),
            &sample::post(kind),
            BOTH,
            &Formats::readers(),
        ))
    };
    [of(PostKind::Post, "/content/posts/", POSTS), of(PostKind::Page, "/content/pages/", PAGES)]
        .concat()
}
