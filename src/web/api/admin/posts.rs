//! Posts and pages in every state: to read, and to write.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use super::auth::Integration;
use super::bodies::{ChangedPost, NewPost};
use super::written::{self, Written};
use super::{Ask, Names, Result, fields};
use crate::domain::post::{Draft, FullPost};
use crate::domain::{Instants, PostId, PostKind, Status, Timestamp, paths};
use crate::services::Saved;
use crate::services::editing::Editing;
use crate::services::reading::{Asker, Beside};
use crate::web::api::body::{Body, Fields};
use crate::web::api::dates::Dates;
use crate::web::api::description::{Operation, Resource, parameter, sample};
use crate::web::api::error::{ApiError, Doing, Kind};
use crate::web::api::params::Formats;
use crate::web::api::shape::{EditedPost, Site, only};
use crate::web::state::SiteState;
use crate::web::{Addresses, AppState};

/// Whoever edits a post needs what belongs to it, asked for or not.
const BESIDE: Beside = Beside { tags: true, authors: true };
const POSTS: Names = Names { many: "posts", one: "post" };
const PAGES: Names = Names { many: "pages", one: "page" };

pub(super) async fn posts(_: Integration, state: SiteState, ask: Ask) -> Result {
    show(&state, PostKind::Post, &ask).await
}

pub(super) async fn pages(_: Integration, state: SiteState, ask: Ask) -> Result {
    show(&state, PostKind::Page, &ask).await
}

async fn show(state: &SiteState, kind: PostKind, ask: &Ask) -> Result {
    let names = names(kind);
    let asked = ask.of(Asker::Integration, names)?;
    let formats = ask.params.formats_to_edit(asked.doing)?;
    let fields = ask.params.fields();
    let reading = state.reading.of_primary();
    let found = reading.browse_posts(kind, &asked.query, BESIDE).await;
    let found = found.map_err(|error| asked.doing.failed(&error))?;
    asked.answer(names, state, found, |site, post| {
        only(EditedPost::of(site, post, BESIDE, &formats), fields.as_deref(), &[])
    })
}

pub(super) async fn add_post(
    _: Integration,
    State(desk): State<Desk>,
    ask: Ask,
    body: Body,
) -> Result {
    desk.add(PostKind::Post, &ask, &body).await
}

pub(super) async fn add_page(
    _: Integration,
    State(desk): State<Desk>,
    ask: Ask,
    body: Body,
) -> Result {
    desk.add(PostKind::Page, &ask, &body).await
}

pub(super) async fn edit_post(
    _: Integration,
    State(desk): State<Desk>,
    ask: Ask,
    body: Body,
) -> Result {
    desk.edit(PostKind::Post, &ask, &body).await
}

pub(super) async fn edit_page(
    _: Integration,
    State(desk): State<Desk>,
    ask: Ask,
    body: Body,
) -> Result {
    desk.edit(PostKind::Page, &ask, &body).await
}

pub(super) async fn delete_post(_: Integration, State(desk): State<Desk>, ask: Ask) -> Result {
    desk.delete(PostKind::Post, &ask).await
}

pub(super) async fn delete_page(_: Integration, State(desk): State<Desk>, ask: Ask) -> Result {
    desk.delete(PostKind::Page, &ask).await
}

pub(super) async fn copy_post(_: Integration, State(desk): State<Desk>, ask: Ask) -> Result {
    desk.copy(PostKind::Post, &ask).await
}

pub(super) async fn copy_page(_: Integration, State(desk): State<Desk>, ask: Ask) -> Result {
    desk.copy(PostKind::Page, &ask).await
}

/// Where posts are written.
#[derive(Clone)]
pub(super) struct Desk {
    editing: Editing,
    base_url: Arc<str>,
    addresses: Addresses,
}

impl FromRef<AppState> for Desk {
    fn from_ref(state: &AppState) -> Self {
        Self {
            editing: state.editing.clone(),
            base_url: state.base_url.clone(),
            addresses: state.addresses.clone(),
        }
    }
}

/// What saving changed of what was there.
#[derive(Debug, Clone, Copy)]
struct Change {
    /// Whether readers saw it before.
    was_published: bool,
    /// Whether anything is another now.
    is_one: bool,
}

impl Desk {
    async fn add(&self, kind: PostKind, ask: &Ask, body: &Body) -> Result {
        let names = names(kind);
        let doing = Doing::Save(names.one);
        let formats = ask.params.formats_to_edit(doing)?;
        let fields = body.one(names, doing)?;
        // Whoever has this key may put any frame into every page.
        let new =
            Draft { kind, show_title_and_feature_image: true, trusted: true, ..Draft::default() };
        let draft = self.draft(doing, names, new, &fields, ask).await?;
        let saved = self.editing.as_program().create(draft).await;
        let saved = saved.map_err(|error| written::refused(doing, names.one, error))?;
        Ok(self.saved(StatusCode::CREATED, names, saved, &formats, None))
    }

    async fn edit(&self, kind: PostKind, ask: &Ask, body: &Body) -> Result {
        let names = names(kind);
        let doing = Doing::Edit(names.one);
        let formats = ask.params.formats_to_edit(doing)?;
        let id: PostId = ask.id(doing)?;
        let fields = body.one(names, doing)?;
        let theirs = fields.instants("updated_at")?;
        let theirs = theirs.ok_or_else(|| fields.refuses("updated_at", "required"))?;
        let program = self.editing.as_program();
        let refused = |error| written::refused(doing, names.one, error);
        let before = program.open(kind, &id).await.map_err(refused)?;
        let was = Draft::of(&before);
        let draft = self.draft(doing, names, was.clone(), &fields, ask).await?;
        let ours = before.post.summary.updated_at;
        if draft != was && !theirs.contain(ours) {
            return Err(stale(doing, &was, &draft, theirs, ours));
        }
        let change =
            Change { was_published: was.status == Status::Published, is_one: draft != was };
        let saved = program.save(before, draft).await.map_err(refused)?;
        Ok(self.saved(StatusCode::OK, names, saved, &formats, Some(change)))
    }

    async fn delete(&self, kind: PostKind, ask: &Ask) -> Result {
        let names = names(kind);
        let doing = Doing::Delete(names.one);
        let id: PostId = ask.id(doing)?;
        let deleted = self.editing.as_program().delete(kind, &id).await;
        let deleted = deleted.map_err(|error| written::refused(doing, names.one, error))?;
        let answer = Written::nothing().owing(deleted.token);
        let was_published = deleted.value.post.summary.status == Status::Published;
        Ok(if was_published { answer.everywhere() } else { answer }.done())
    }

    async fn copy(&self, kind: PostKind, ask: &Ask) -> Result {
        let names = names(kind);
        let doing = Doing::Save(names.one);
        let formats = ask.params.formats_to_edit(doing)?;
        let copied = self.editing.as_program().copy(kind, &ask.id(doing)?).await;
        let copied = copied.map_err(|error| written::refused(doing, names.one, error))?;
        Ok(self.saved(StatusCode::CREATED, names, copied, &formats, None))
    }

    /// A draft with what a body says of it.
    async fn draft(
        &self,
        doing: Doing,
        names: Names,
        mut draft: Draft,
        fields: &Fields,
        ask: &Ask,
    ) -> Result<Draft> {
        fields::post(fields, &self.base_url, &mut draft)?;
        let program = self.editing.as_program();
        let refused = |error| written::refused(doing, names.one, error);
        if let Some(source) = fields::source(fields, &ask.params)? {
            let markdown = source.into_markdown(&self.base_url).await.map_err(refused)?;
            if markdown != draft.markdown {
                draft.markdown = markdown;
                draft.trusted = true;
            }
        }
        if let Some(wishes) = fields::tags(fields)? {
            draft.tags = program.tags(wishes).await.map_err(refused)?;
        }
        if let Some(wishes) = fields::authors(fields)? {
            draft.authors = program.authors(wishes).await.map_err(refused)?;
        }
        Ok(draft)
    }

    /// What was saved; `change` says over what, unless it is new.
    fn saved(
        &self,
        status: StatusCode,
        names: Names,
        saved: Saved<FullPost>,
        formats: &Formats,
        change: Option<Change>,
    ) -> Response {
        let Saved { value: full, token } = saved;
        let is_published = full.post.summary.status == Status::Published;
        let post = full.into();
        let site = Site::for_integrations(&self.base_url);
        let row = json!(EditedPost::of(&site, &post, BESIDE, formats));
        let mut answer = Written::one(status, names.many, &row).owing(token);
        if status == StatusCode::CREATED {
            let id = &post.post.summary.id;
            answer = answer.at(&self.addresses.admin(&format!("{}/{id}/", names.many)));
        }
        match change {
            Some(Change { is_one: false, .. }) => answer,
            Some(Change { was_published: true, .. }) => answer.everywhere(),
            _ if is_published => answer.everywhere(),
            Some(_) => answer.here(&paths::preview(&post.post.uuid)),
            None => answer,
        }
        .done()
    }
}

/// What a client is told that changes what is not any more what it read.
fn stale(doing: Doing, was: &Draft, draft: &Draft, theirs: Instants, ours: Timestamp) -> ApiError {
    let (was, draft) = (json!(was), json!(draft));
    let names = was.as_object().into_iter().flatten().map(|(name, _)| name);
    let changed: Vec<&String> = names.filter(|name| was[*name] != draft[*name]).collect();
    written::collision(doing).details(json!({
        "changedFields": changed,
        "clientUpdatedAt": Dates::InUtc.write(theirs.from),
        "serverUpdatedAt": Dates::InUtc.write(ours),
    }))
}

const fn names(kind: PostKind) -> Names {
    match kind {
        PostKind::Post => POSTS,
        PostKind::Page => PAGES,
    }
}

pub(super) fn operations() -> Vec<Operation> {
    [PostKind::Post, PostKind::Page].into_iter().flat_map(of_kind).collect()
}

fn of_kind(kind: PostKind) -> Vec<Operation> {
    const FORMATS: &[&str] = &["html", "plaintext", "lexical", "mobiledoc", "markdown"];
    let names = names(kind);
    let Names { many, one } = names;
    let post = EditedPost::of(
        &sample::site(Asker::Integration),
        &sample::post(kind),
        BESIDE,
        &Formats::writers(),
    );
    let resource = Resource {
        at: match kind {
            PostKind::Post => "/admin/posts/",
            PostKind::Page => "/admin/pages/",
        },
        names,
        by: &["id", "slug"],
        includes: &[],
        formats: FORMATS,
        example: &["title", "slug", "status", "updated_at"],
    };
    let at = resource.at;
    let write = || [parameter::source(), parameter::formats(FORMATS)];
    let new = json!({ "title": "A quiet machine", "html": "<p>It hums.</p>", "status": "draft" });
    let changed = json!({ "title": "A quieter machine", "updated_at": "2026-11-23T19:21:49.000Z" });
    let mut operations = resource.reads(&post);
    operations.extend([
        Operation::post(at, format!("Add a {one}"))
            .with(write())
            .takes::<NewPost>(many, "source=html", new)
            .creates(many, &post),
        Operation::put(format!("{at}{{id}}/"), format!("Change a {one}"))
            .with(write())
            .takes::<ChangedPost>(many, "", changed)
            .answers_one(many, &post)
            .fails(&[Kind::Collision]),
        Operation::delete(format!("{at}{{id}}/"), format!("Delete a {one}")),
        Operation::post(format!("{at}{{id}}/copy/"), format!("Copy a {one}, as a draft"))
            .with([parameter::formats(FORMATS)])
            .creates(many, &post),
    ]);
    operations
}
