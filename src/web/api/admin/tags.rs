//! Content tags, whether something published has them or not: to read, and to write.

use axum::extract::{FromRef, State};
use http::StatusCode;
use serde_json::json;

use super::auth::Integration;
use super::bodies::{ChangedTag, NewTag};
use super::written::{self, Written};
use super::{Ask, Names, Result, fields};
use crate::domain::{Tag, TagId};
use crate::services::Saved;
use crate::services::reading::Asker;
use crate::services::tagging::{TagDraft, Tagging};
use crate::web::api::body::Body;
use crate::web::api::description::{Operation, Resource, sample};
use crate::web::api::error::Doing;
use crate::web::api::shape::{EditedTag, Site, only};
use crate::web::state::SiteState;
use crate::web::{Addresses, AppState};

const NAMES: Names = Names { many: "tags", one: "tag" };

pub(super) async fn tags(_: Integration, state: SiteState, ask: Ask) -> Result {
    let asked = ask.of(Asker::Integration, NAMES)?;
    let fields = ask.params.fields();
    let found = state.reading.of_primary().browse_tags(&asked.query).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(NAMES, &state, found, |site, tag| {
        let shape = EditedTag::of(site, &tag.row, ask.count(tag.posts));
        only(shape, fields.as_deref(), &["count"])
    })
}

/// Where tags are written.
#[derive(Clone)]
pub(super) struct Desk {
    tagging: Tagging,
    addresses: Addresses,
}

impl FromRef<AppState> for Desk {
    fn from_ref(state: &AppState) -> Self {
        Self { tagging: state.tagging.clone(), addresses: state.addresses.clone() }
    }
}

pub(super) async fn add(
    _: Integration,
    State(desk): State<Desk>,
    state: SiteState,
    body: Body,
) -> Result {
    let doing = Doing::Save(NAMES.one);
    let mut draft = TagDraft::default();
    fields::tag(&body.one(NAMES, doing)?, &state.base_url, &mut draft)?;
    let saved = desk.tagging.create(&draft).await;
    let saved = saved.map_err(|error| written::refused(doing, NAMES.one, error))?;
    let address = desk.addresses.admin(&format!("tags/{}/", saved.value.id));
    Ok(answer(StatusCode::CREATED, &state, &saved).at(&address).everywhere().done())
}

pub(super) async fn edit(
    _: Integration,
    State(desk): State<Desk>,
    state: SiteState,
    ask: Ask,
    body: Body,
) -> Result {
    let doing = Doing::Edit(NAMES.one);
    let id: TagId = ask.id(doing)?;
    let fields = body.one(NAMES, doing)?;
    let change = |draft: &mut TagDraft| fields::tag(&fields, &state.base_url, draft);
    let saved = desk.tagging.update(&id, change).await;
    let saved = saved.map_err(|error| written::refused(doing, NAMES.one, error))??;
    Ok(answer(StatusCode::OK, &state, &saved).everywhere().done())
}

pub(super) async fn delete(_: Integration, State(desk): State<Desk>, ask: Ask) -> Result {
    let doing = Doing::Delete(NAMES.one);
    let deleted = desk.tagging.delete(&ask.id(doing)?).await;
    let deleted = deleted.map_err(|error| written::refused(doing, NAMES.one, error))?;
    Ok(Written::nothing().owing(deleted.token).everywhere().done())
}

fn answer(status: StatusCode, state: &SiteState, saved: &Saved<Tag>) -> Written {
    let site = Site::for_integrations(&state.base_url);
    let row = json!(EditedTag::of(&site, &saved.value, None));
    Written::one(status, NAMES.many, &row).owing(saved.token)
}

pub(super) fn operations() -> Vec<Operation> {
    let Names { many, one } = NAMES;
    let tag = EditedTag::of(&sample::site(Asker::Integration), &sample::tag(), None);
    let resource = Resource {
        at: "/admin/tags/",
        names: NAMES,
        by: &["id", "slug"],
        includes: &["count.posts"],
        formats: &[],
        example: &["name", "slug", "url", "updated_at"],
    };
    let at = resource.at;
    let new = json!({ "name": "News", "description": "What happened" });
    let changed = json!({ "description": "What happens" });
    let mut operations = resource.reads(&tag);
    operations.extend([
        Operation::post(at, format!("Add a {one}"))
            .takes::<NewTag>(many, "", new)
            .creates(many, &tag),
        Operation::put(format!("{at}{{id}}/"), format!("Change a {one}"))
            .takes::<ChangedTag>(many, "", changed)
            .answers_one(many, &tag),
        Operation::delete(format!("{at}{{id}}/"), format!("Delete a {one}")),
    ]);
    operations
}
