//! The authors of a source: matched by address, then by slug, else new.

use super::Run;
use crate::db::{self, Transaction};
use crate::domain::author::{Role, UserStatus};
use crate::domain::{Author, Slug, UserId};
use crate::formats::SourceAuthor;
use crate::services::{Result, users};

impl Run<'_> {
    /// Imports an author and remembers whom their key means.
    pub(super) async fn author(&mut self, t: &mut Transaction, source: SourceAuthor) -> Result<()> {
        let replacements = self.upload(t, &source.files).await?;
        let mut theirs = source.author;
        replacements.apply_to(&mut theirs.profile_image);
        replacements.apply_to(&mut theirs.cover_image);
        theirs.email = theirs.email.map(|email| email.trim().to_lowercase());
        let known = match &theirs.email {
            Some(email) => db::users::by_email(t, email).await?,
            None => None,
        };
        let known = match known {
            Some(author) => Some(author),
            None => db::users::by_slug(t, &theirs.slug).await?,
        };
        self.report.authors += 1;
        let id = match known {
            // Who signs in here says themself who they are.
            Some(ours) if ours.status == UserStatus::Active => ours.id,
            Some(ours) => {
                let merged = merge(&ours, theirs);
                if merged != ours {
                    db::users::save(t, &merged).await?;
                }
                merged.id
            }
            None => {
                if db::users::by_id(t, &theirs.id).await?.is_some() {
                    theirs.id = self.new_user_id();
                }
                theirs.status = UserStatus::Locked;
                // Nobody becomes the owner of a site by being imported into it.
                if theirs.role == Role::Owner {
                    theirs.role = Role::Administrator;
                }
                db::users::save(t, &theirs).await?;
                theirs.id
            }
        };
        self.authors.insert(source.key, id);
        Ok(())
    }

    /// The authors of a post: those that the source names, else the owner, else the site itself.
    pub(super) async fn authors_of(
        &mut self,
        t: &mut Transaction,
        keys: &[String],
    ) -> Result<Vec<UserId>> {
        let mut ids: Vec<UserId> = Vec::new();
        for id in keys.iter().filter_map(|key| self.authors.get(key)) {
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        if ids.is_empty() {
            ids.push(match db::users::owner(t).await? {
                Some(owner) => owner.id,
                None => self.site_as_author(t).await?,
            });
        }
        Ok(ids)
    }

    async fn site_as_author(&mut self, t: &mut Transaction) -> Result<UserId> {
        let name = self.settings.title.clone();
        let id = self.new_user_id();
        let slug = Slug::of(&name, self.settings.slug_style, id.as_str());
        let slug = match db::users::by_slug(t, &slug).await? {
            Some(_) => users::free_slug(t, &slug).await?,
            None => slug,
        };
        let author = Author::named(id, &name, slug, self.importing.clock.now());
        db::users::save(t, &author).await?;
        Ok(author.id)
    }
}

/// What the source says of an author goes over what was known, where it says something.
fn merge(ours: &Author, theirs: Author) -> Author {
    Author {
        id: ours.id.clone(),
        slug: ours.slug.clone(),
        email: theirs.email.or_else(|| ours.email.clone()),
        role: ours.role,
        status: ours.status,
        created_at: ours.created_at,
        updated_at: ours.updated_at,
        name: theirs.name,
        profile_image: theirs.profile_image.or_else(|| ours.profile_image.clone()),
        cover_image: theirs.cover_image.or_else(|| ours.cover_image.clone()),
        bio: theirs.bio.or_else(|| ours.bio.clone()),
        website: theirs.website.or_else(|| ours.website.clone()),
        location: theirs.location.or_else(|| ours.location.clone()),
        facebook: theirs.facebook.or_else(|| ours.facebook.clone()),
        twitter: theirs.twitter.or_else(|| ours.twitter.clone()),
        threads: theirs.threads.or_else(|| ours.threads.clone()),
        bluesky: theirs.bluesky.or_else(|| ours.bluesky.clone()),
        mastodon: theirs.mastodon.or_else(|| ours.mastodon.clone()),
        tiktok: theirs.tiktok.or_else(|| ours.tiktok.clone()),
        youtube: theirs.youtube.or_else(|| ours.youtube.clone()),
        instagram: theirs.instagram.or_else(|| ours.instagram.clone()),
        linkedin: theirs.linkedin.or_else(|| ours.linkedin.clone()),
        meta_title: theirs.meta_title.or_else(|| ours.meta_title.clone()),
        meta_description: theirs.meta_description.or_else(|| ours.meta_description.clone()),
    }
}
