//! What there is none of here, for clients that ask for it anyway.

use super::auth::Integration;
use super::{Ask, Names, Result};
use crate::services::reading::{Asker, Seen};
use crate::web::api::asked::list;
use crate::web::api::shape::Pagination;

pub(super) async fn members(_: Integration, ask: Ask) -> Result {
    none(Names { many: "members", one: "member" }, &ask)
}

pub(super) async fn newsletters(_: Integration, ask: Ask) -> Result {
    none(Names { many: "newsletters", one: "newsletter" }, &ask)
}

pub(super) async fn offers(_: Integration, ask: Ask) -> Result {
    none(Names { many: "offers", one: "offer" }, &ask)
}

pub(super) async fn labels(_: Integration, ask: Ask) -> Result {
    none(Names { many: "labels", one: "label" }, &ask)
}

fn none(names: Names, ask: &Ask) -> Result {
    let asked = ask.of(Asker::Integration, names)?;
    Ok(list(Seen::default(), names.many, &[], &Pagination::of(asked.page, 0)))
}
