//! Content tags that something published has; those for the site's own use as well.

use super::{Ask, Names, Result};
use crate::services::reading::Asker;
use crate::web::api::description::{Operation, Resource, sample};
use crate::web::api::shape::{Tag, only};
use crate::web::state::SiteState;

const NAMES: Names = Names { many: "tags", one: "tag" };

pub(super) async fn tags(state: SiteState, ask: Ask) -> Result {
    let asked = ask.of(Asker::Reader, NAMES)?;
    let fields = ask.params.fields();
    let found = state.reading.browse_tags(&asked.query).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(NAMES, &state, found, |site, tag| {
        let shape = Tag::of(site, &tag.row, ask.count(tag.posts));
        only(shape, fields.as_deref(), &["count"])
    })
}

pub(super) fn operations() -> Vec<Operation> {
    let resource = Resource {
        at: "/content/tags/",
        names: NAMES,
        by: &["id", "slug"],
        includes: &["count.posts"],
        formats: &[],
        example: &["name", "slug", "url", "visibility"],
    };
    resource.reads(&Tag::of(&sample::site(Asker::Reader), &sample::tag(), None))
}
