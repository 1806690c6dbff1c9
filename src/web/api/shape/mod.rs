//! What Ghost's clients expect to find: the shapes of its resources.
//!
//! What is absent and what is null differ: a field that was not asked for is absent, one that has no
//! value is null.

mod author;
mod edited;
mod fields;
mod hook;
mod pagination;
mod post;
mod settings;
mod tag;
mod tier;

pub(super) use author::Author;
pub(super) use edited::{EditedPost, EditedTag, User};
pub(super) use fields::only;
pub(super) use hook::Hook;
pub(super) use pagination::Pagination;
pub(super) use post::Post;
pub(super) use settings::Settings;
pub(super) use tag::Tag;
pub(super) use tier::Tier;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::dates::Dates;
use crate::services::reading::Asker;
use crate::web::absolute;

/// What all shapes need to know of the site, and of whoever asks.
#[derive(Debug, Clone)]
pub(super) struct Site<'a> {
    /// Its address, without the slash at the end.
    pub(super) base_url: &'a str,
    /// How its dates are written.
    pub(super) dates: Dates,
    /// Who asks.
    pub(super) asker: Asker,
}

/// Marks the schema of a [`Wanted`] while a description is made.
pub(super) const NULL_IF_WANTED: &str = "x-null-if-wanted";

/// A field that is absent unless it was asked for, and then may have no value.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum Wanted<T> {
    /// It was not asked for.
    Not,
    /// It was: null, where there is nothing.
    Is(Option<T>),
}

/// A row of what there is none of.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub(super) struct Nothing {}

/// How many posts there are of something.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub(super) struct Count {
    pub(super) posts: i64,
}

impl<T> Wanted<T> {
    /// A value that is there, or null, if it is wanted.
    fn when(is_wanted: bool, value: impl FnOnce() -> Option<T>) -> Self {
        if is_wanted { Self::Is(value()) } else { Self::Not }
    }

    const fn is_absent(&self) -> bool {
        matches!(self, Self::Not)
    }
}

impl<'a> Site<'a> {
    /// For whoever edits it.
    pub(super) const fn for_integrations(base_url: &'a str) -> Self {
        Self { base_url, dates: Dates::InUtc, asker: Asker::Integration }
    }
}

/// It is described by what it is where it is there. That it may be null besides, no other field that may be
/// absent can say: see [`description`](super::description).
impl<T: JsonSchema> JsonSchema for Wanted<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Option::<T>::json_schema(generator);
        schema.insert(NULL_IF_WANTED.to_owned(), true.into());
        schema
    }
}

impl Site<'_> {
    /// The address of a path on the site.
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// An address that somebody wrote, as it is for readers elsewhere.
    fn absolute(&self, address: Option<&String>) -> Option<String> {
        address.map(|address| absolute::address(self.base_url, address))
    }
}
