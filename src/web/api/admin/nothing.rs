//! What there is none of here, for clients that ask for it anyway.

use super::auth::Integration;
use super::{Ask, Names, Result};
use crate::services::reading::{Asker, Seen};
use crate::web::api::asked::list;
use crate::web::api::description::{Operation, Resource};
use crate::web::api::shape::{Nothing, Pagination};

const MEMBERS: Names = Names { many: "members", one: "member" };
const NEWSLETTERS: Names = Names { many: "newsletters", one: "newsletter" };
const TIERS: Names = Names { many: "tiers", one: "tier" };
const OFFERS: Names = Names { many: "offers", one: "offer" };
const LABELS: Names = Names { many: "labels", one: "label" };

pub(super) async fn members(_: Integration, ask: Ask) -> Result {
    none(MEMBERS, &ask)
}

pub(super) async fn newsletters(_: Integration, ask: Ask) -> Result {
    none(NEWSLETTERS, &ask)
}

pub(super) async fn tiers(_: Integration, ask: Ask) -> Result {
    none(TIERS, &ask)
}

pub(super) async fn offers(_: Integration, ask: Ask) -> Result {
    none(OFFERS, &ask)
}

pub(super) async fn labels(_: Integration, ask: Ask) -> Result {
    none(LABELS, &ask)
}

fn none(names: Names, ask: &Ask) -> Result {
    let asked = ask.of(Asker::Integration, names)?;
    Ok(list::<Nothing>(Seen::default(), names.many, &[], &Pagination::of(asked.page, 0)))
}

pub(super) fn operations() -> Vec<Operation> {
    let of = |at, names| {
        let resource = Resource { at, names, by: &[], includes: &[], formats: &[], example: &[] };
        resource.reads(&Nothing {})
    };
    [
        of("/admin/members/", MEMBERS),
        of("/admin/newsletters/", NEWSLETTERS),
        of("/admin/tiers/", TIERS),
        of("/admin/offers/", OFFERS),
        of("/admin/labels/", LABELS),
    ]
    .concat()
}
