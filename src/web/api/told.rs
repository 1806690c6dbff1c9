//! What webhooks tell: the shapes of the Admin API.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::CONTENT_VERSION;
use super::params::Formats;
use super::shape::{EditedPost, EditedTag, Site};
use crate::domain::Tag;
use crate::domain::post::FullPost;
use crate::services::reading::{Beside, BrowsedPost};
use crate::services::webhooks::Shape;

/// The shapes of the Admin API, for those who are told and do not ask: a post comes with its text as HTML
/// and without markup, with its tags and its authors.
#[derive(Debug, Clone)]
pub struct Told {
    base_url: Arc<str>,
}

impl Told {
    /// Those of a site with this address, which has no slash at the end.
    #[must_use]
    pub fn of(base_url: &str) -> Self {
        Self { base_url: base_url.into() }
    }

    fn site(&self) -> Site<'_> {
        Site::for_integrations(&self.base_url)
    }
}

impl Shape for Told {
    fn post(&self, full: &FullPost) -> Value {
        let FullPost { post, tags, authors, .. } = full.clone();
        let post = BrowsedPost { post, tags, authors };
        let beside = Beside { tags: true, authors: true };
        json(&EditedPost::of(&self.site(), &post, beside, &Formats::told()))
    }

    fn tag(&self, tag: &Tag) -> Value {
        json(&EditedTag::of(&self.site(), tag, None))
    }

    fn version(&self) -> &'static str {
        CONTENT_VERSION
    }
}

fn json(shape: &impl Serialize) -> Value {
    serde_json::to_value(shape).expect("strings, numbers and lists always serialise")
}
