//! What a writer writes: the list of posts, the editor, the preview.
//!
//! Nothing that was typed is lost by an error: whatever goes wrong, the answer is the editor once more,
//! with the words in it and a sentence that says what happened ([`save`]).

mod delete;
mod editor;
mod fields;
mod list;
mod moment;
mod preview;
mod save;
mod tag_names;

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use serde::Deserialize;

use super::{DeskError, Result};
use crate::domain::{PostId, PostKind, Status};
use crate::services::editing::EditingError;
use crate::web::AppState;
use crate::web::edge::{Declaration, Routes};

/// The pages, and what each declares.
pub(super) fn routes() -> Routes<AppState> {
    const PRIVATE: Declaration = Declaration::PRIVATE;
    Routes::default()
        .get("/desk/", PRIVATE, list::show)
        .get("/desk/posts/new/", PRIVATE, save::begin)
        .post("/desk/posts/new/", save::create)
        .get("/desk/posts/{id}/", PRIVATE, save::open)
        .post("/desk/posts/{id}/", save::save)
        .get("/desk/posts/{id}/preview/", PRIVATE, preview::show)
        .get("/desk/posts/{id}/delete/", PRIVATE, delete::ask)
        .post("/desk/posts/{id}/delete/", delete::delete)
}

impl From<EditingError> for DeskError {
    fn from(error: EditingError) -> Self {
        match error {
            EditingError::Missing => Self::Missing,
            EditingError::Forbidden => Self::Forbidden,
            EditingError::Failed(error) => error.into(),
            EditingError::Late => {
                tracing::error!("the database took too long for the desk");
                Self::Unavailable
            }
            EditingError::Changed | EditingError::Invalid { .. } => Self::Unreadable,
        }
    }
}

/// What was just done, as the address of the next page says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Done {
    Saved,
    Published,
    Scheduled,
    Unpublished,
    Deleted,
}

impl Done {
    const fn parameter(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Published => "published",
            Self::Scheduled => "scheduled",
            Self::Unpublished => "unpublished",
            Self::Deleted => "deleted",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Saved => "Saved.",
            Self::Published => "Published. Readers see it now.",
            Self::Scheduled => "Scheduled. Readers will see it from its date on.",
            Self::Unpublished => "Unpublished. Readers do not see it any more.",
            Self::Deleted => "Deleted.",
        }
    }
}

/// What the address of a page of the desk may say; what it says otherwise is passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    kind: Option<String>,
    status: Option<String>,
    q: Option<String>,
    behind: Option<String>,
    done: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Query::try_from_uri(&parts.uri).map(|Query(asked)| asked).unwrap_or_default())
    }
}

impl Asked {
    fn kind(&self) -> PostKind {
        if self.kind.as_deref() == Some("page") { PostKind::Page } else { PostKind::Post }
    }

    fn status(&self) -> Option<Status> {
        match self.status.as_deref()? {
            "draft" => Some(Status::Draft),
            "scheduled" => Some(Status::Scheduled),
            "published" => Some(Status::Published),
            _ => None,
        }
    }

    fn done(&self) -> Option<Done> {
        let all = [Done::Saved, Done::Published, Done::Scheduled, Done::Unpublished, Done::Deleted];
        let said = self.done.as_deref()?;
        all.into_iter().find(|done| done.parameter() == said)
    }
}

/// The id in an address.
fn post_id(text: &str) -> Result<PostId> {
    text.parse().map_err(|_| DeskError::Missing)
}

/// Where a post is edited.
fn address(id: &PostId) -> String {
    format!("/desk/posts/{id}/")
}

/// Where a post or a page is begun.
const fn new_address(kind: PostKind) -> &'static str {
    match kind {
        PostKind::Post => "/desk/posts/new/",
        PostKind::Page => "/desk/posts/new/?kind=page",
    }
}

/// What it is called.
const fn name(kind: PostKind) -> &'static str {
    match kind {
        PostKind::Post => "post",
        PostKind::Page => "page",
    }
}
