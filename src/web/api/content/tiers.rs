//! Tiers: the one that is free, so that a theme that asks for them finds one.

use super::{Ask, Names, Result, list};
use crate::services::reading::Asker;
use crate::web::api::description::{Operation, Resource};
use crate::web::api::shape::{Pagination, Tier, only};
use crate::web::state::SiteState;

const NAMES: Names = Names { many: "tiers", one: "tier" };

pub(super) async fn tiers(state: SiteState, ask: Ask) -> Result {
    let asked = ask.of(Asker::Reader, NAMES)?;
    // The same site, at the same moment: it is a part of what the settings say.
    let read = state.reading.settings().await.map_err(|error| asked.doing.failed(&error))?;
    let tier = only(Tier::FREE, ask.params.fields().as_deref(), &[]);
    let rows = if asked.query.skip == 0 { vec![tier] } else { Vec::new() };
    Ok(list(read.seen, NAMES.many, &rows, &Pagination::of(asked.page, 1)))
}

pub(super) fn operations() -> Vec<Operation> {
    let resource = Resource {
        at: "/content/tiers/",
        names: NAMES,
        by: &[],
        includes: &[],
        formats: &[],
        example: &["name", "slug", "type"],
    };
    resource.reads(&Tier::FREE)
}
