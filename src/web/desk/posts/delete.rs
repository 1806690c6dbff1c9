//! Deleting, behind a page that asks.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _};
use http::StatusCode;
use serde::Deserialize;

use super::{Done, address, name, post_id};
use crate::domain::Status;
use crate::services::editing::{AtDesk, Editing, EditingError};
use crate::web::assets::asset;
use crate::web::desk::frame::{Frame, Place};
use crate::web::desk::{DeskError, Result, go_on};
use crate::web::session::{DeskForm, SignedIn};

/// The page: `templates/desk/delete.html`.
#[derive(Template)]
#[template(path = "desk/delete.html")]
struct DeletePage<'a> {
    frame: Frame<'a>,
    csrf: &'a str,
    title: &'a str,
    name: &'static str,
    is_published: bool,
    revision: i64,
    address: String,
    /// Whether it changed since the writer was asked.
    has_changed: bool,
}

/// What was agreed to.
#[derive(Debug, Deserialize)]
pub(super) struct Agreed {
    revision: i64,
}

/// `GET /desk/posts/{id}/delete/`
pub(super) async fn ask(
    State(editing): State<Editing>,
    writer: SignedIn,
    Path(id): Path<String>,
) -> Result {
    let at = editing.open(&writer.user, &post_id(&id)?).await?;
    if !at.rights.delete {
        return Err(DeskError::Forbidden);
    }
    Ok(Html(DeletePage::new(&at, &writer, false).render()?).into_response())
}

/// `POST /desk/posts/{id}/delete/`
pub(super) async fn delete(
    State(editing): State<Editing>,
    writer: SignedIn,
    Path(id): Path<String>,
    DeskForm(Agreed { revision }): DeskForm<Agreed>,
) -> Result {
    let id = post_id(&id)?;
    match editing.delete(&writer.user, &id, revision).await {
        Ok(saved) => {
            let next = go_on(&format!("/desk/?done={}", Done::Deleted.parameter()));
            Ok((Extension(saved.token), next).into_response())
        }
        Err(EditingError::Changed) => {
            let at = editing.open(&writer.user, &id).await?;
            let page = DeletePage::new(&at, &writer, true).render()?;
            Ok((StatusCode::CONFLICT, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

impl<'a> DeletePage<'a> {
    fn new(at: &'a AtDesk, writer: &'a SignedIn, has_changed: bool) -> Self {
        let summary = &at.full.post.summary;
        Self {
            frame: Frame::new(&at.settings.title, "Delete", Place::Posts, writer),
            csrf: &writer.csrf,
            title: &summary.title,
            name: name(summary.kind),
            is_published: summary.status == Status::Published,
            revision: at.full.post.revision,
            address: address(&summary.id),
            has_changed,
        }
    }
}
