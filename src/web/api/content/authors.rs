//! Authors of something published.

use super::{Ask, Names, Result};
use crate::services::reading::Asker;
use crate::web::api::description::{Operation, Resource, sample};
use crate::web::api::shape::{Author, only};
use crate::web::state::SiteState;

const NAMES: Names = Names { many: "authors", one: "author" };

pub(super) async fn authors(state: SiteState, ask: Ask) -> Result {
    let asked = ask.of(Asker::Reader, NAMES)?;
    let fields = ask.params.fields();
    let found = state.reading.browse_authors(&asked.query).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(NAMES, &state, found, |site, author| {
        let shape = Author::of(site, &author.row, ask.count(author.posts));
        only(shape, fields.as_deref(), &["count"])
    })
}

pub(super) fn operations() -> Vec<Operation> {
    let resource = Resource {
        at: "/content/authors/",
        names: NAMES,
        by: &["id", "slug"],
        includes: &["count.posts"],
        formats: &[],
        example: &["name", "slug", "url", "bio"],
    };
    resource.reads(&Author::of(&sample::site(Asker::Reader), &sample::author(), None))
}
