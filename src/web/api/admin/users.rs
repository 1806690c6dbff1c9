//! Users: authors, and those who may sign in.

use super::auth::Integration;
use super::{Ask, Names, Result};
use crate::services::reading::Asker;
use crate::web::api::description::{Operation, Resource, sample};
use crate::web::api::shape::{User, only};
use crate::web::state::SiteState;

const NAMES: Names = Names { many: "users", one: "user" };

pub(super) async fn users(_: Integration, state: SiteState, ask: Ask) -> Result {
    let asked = ask.of(Asker::Integration, NAMES)?;
    let fields = ask.params.fields();
    let found = state.reading.of_primary().browse_authors(&asked.query).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(NAMES, &state, found, |site, user| {
        let shape = User::of(site, &user.row, ask.count(user.posts));
        only(shape, fields.as_deref(), &["count"])
    })
}

pub(super) fn operations() -> Vec<Operation> {
    let resource = Resource {
        at: "/admin/users/",
        names: NAMES,
        by: &["id", "slug", "email"],
        includes: &["count.posts"],
        formats: &[],
        example: &["name", "slug", "email", "roles"],
    };
    resource.reads(&User::of(&sample::site(Asker::Integration), &sample::author(), None))
}
