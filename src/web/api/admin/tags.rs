//! Content tags, whether something published has them or not.

use super::auth::Integration;
use super::{Ask, Names, Result};
use crate::services::reading::Asker;
use crate::web::api::shape::{EditedTag, only};
use crate::web::state::SiteState;

const NAMES: Names = Names { many: "tags", one: "tag" };

pub(super) async fn tags(_: Integration, state: SiteState, ask: Ask) -> Result {
    let asked = ask.of(Asker::Integration, NAMES)?;
    let fields = ask.params.fields();
    let found = state.reading.of_primary().browse_tags(&asked.query).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(NAMES, &state, found, |site, tag| {
        let shape = EditedTag::of(site, &tag.row, ask.count(tag.posts));
        only(&shape, fields.as_deref(), &["count"])
    })
}
