//! What there is none of here, for clients that ask for it anyway.

use super::{Ask, Names, Result, list};
use crate::services::reading::Asker;
use crate::web::api::description::{Operation, Resource};
use crate::web::api::shape::{Nothing, Pagination};
use crate::web::state::SiteState;

const NEWSLETTERS: Names = Names { many: "newsletters", one: "newsletter" };
const RECOMMENDATIONS: Names = Names { many: "recommendations", one: "recommendation" };

pub(super) async fn newsletters(state: SiteState, ask: Ask) -> Result {
    none(&state, NEWSLETTERS, &ask).await
}

pub(super) async fn recommendations(state: SiteState, ask: Ask) -> Result {
    none(&state, RECOMMENDATIONS, &ask).await
}

async fn none(state: &SiteState, names: Names, ask: &Ask) -> Result {
    let asked = ask.of(Asker::Reader, names)?;
    let read = state.reading.settings().await.map_err(|error| asked.doing.failed(&error))?;
    Ok(list::<Nothing>(read.seen, names.many, &[], &Pagination::of(asked.page, 0)))
}

pub(super) fn operations() -> Vec<Operation> {
    let of = |at, names| {
        let resource = Resource { at, names, by: &[], includes: &[], formats: &[], example: &[] };
        resource.reads(&Nothing {})
    };
    let newsletters = of("/content/newsletters/", NEWSLETTERS);
    [newsletters, of("/content/recommendations/", RECOMMENDATIONS)].concat()
}
