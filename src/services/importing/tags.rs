//! The tags of a source, where it says more of them than their names: matched by slug, else new.

use super::Run;
use crate::db::{self, Transaction};
use crate::domain::{Social, Tag};
use crate::formats::SourceTag;
use crate::services::Result;

impl Run<'_> {
    /// Imports a tag.
    pub(super) async fn tag(&mut self, t: &mut Transaction, source: SourceTag) -> Result<()> {
        let replacements = self.upload(t, &source.files).await?;
        let mut theirs = source.tag;
        for field in [
            &mut theirs.feature_image,
            &mut theirs.social.og_image,
            &mut theirs.social.twitter_image,
            &mut theirs.description,
        ] {
            replacements.apply_to(field);
        }
        let tag = if let Some(ours) = db::tags::by_slug(t, &theirs.slug).await? {
            let merged = merge(&ours, theirs);
            if merged == ours {
                return Ok(());
            }
            merged
        } else {
            if db::tags::by_id(t, &theirs.id).await?.is_some() {
                theirs.id = self.new_tag_id();
            }
            theirs
        };
        db::tags::save(t, &tag).await?;
        Ok(())
    }
}

/// What the source says of a tag goes over what was known, where it says something.
fn merge(ours: &Tag, theirs: Tag) -> Tag {
    let (mine, social) = (&ours.social, theirs.social);
    Tag {
        id: ours.id.clone(),
        slug: ours.slug.clone(),
        created_at: ours.created_at,
        updated_at: ours.updated_at,
        name: theirs.name,
        visibility: theirs.visibility,
        description: theirs.description.or_else(|| ours.description.clone()),
        feature_image: theirs.feature_image.or_else(|| ours.feature_image.clone()),
        accent_color: theirs.accent_color.or_else(|| ours.accent_color.clone()),
        codeinjection_head: theirs.codeinjection_head.or_else(|| ours.codeinjection_head.clone()),
        codeinjection_foot: theirs.codeinjection_foot.or_else(|| ours.codeinjection_foot.clone()),
        social: Social {
            meta_title: social.meta_title.or_else(|| mine.meta_title.clone()),
            meta_description: social.meta_description.or_else(|| mine.meta_description.clone()),
            og_image: social.og_image.or_else(|| mine.og_image.clone()),
            og_title: social.og_title.or_else(|| mine.og_title.clone()),
            og_description: social.og_description.or_else(|| mine.og_description.clone()),
            twitter_image: social.twitter_image.or_else(|| mine.twitter_image.clone()),
            twitter_title: social.twitter_title.or_else(|| mine.twitter_title.clone()),
            twitter_description: social
                .twitter_description
                .or_else(|| mine.twitter_description.clone()),
            canonical_url: social.canonical_url.or_else(|| mine.canonical_url.clone()),
        },
    }
}
