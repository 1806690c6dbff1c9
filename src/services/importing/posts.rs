//! The posts of a source: new, changed or unchanged.

use sha2::{Digest, Sha256};

use super::{Outcome, Run};
use crate::db::redirects::Target;
use crate::db::{self, Transaction};
use crate::domain::post::{Draft, FullPost};
use crate::domain::{PostId, Status};
use crate::formats::{Problem, SourcePost};
use crate::services::publishing::Provenance;
use crate::services::{Result, ServiceError, assembly};

impl Run<'_> {
    /// Imports a post. One that breaks a rule is a problem, and spoils nothing else.
    pub(super) async fn post(&mut self, t: &mut Transaction, source: SourcePost) -> Result<()> {
        let origin = source.origin.clone();
        for warning in &source.warnings {
            let reason = warning.clone();
            self.report.warnings.push(Problem { origin: origin.clone(), line: None, reason });
        }
        let result = t.attempt(async |t| self.save(t, source).await).await;
        match result {
            Ok(outcome) => self.report.count(outcome),
            Err(ServiceError::Invalid { field, reason }) => {
                let reason = format!("{field}: {reason}");
                self.problem(Problem { origin, line: None, reason })?;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn save(&mut self, t: &mut Transaction, mut source: SourcePost) -> Result<Outcome> {
        let replacements = self.upload(t, &source.files).await?;
        let draft = &mut source.draft;
        draft.markdown = replacements.apply(&draft.markdown);
        for field in [
            &mut draft.feature_image,
            &mut draft.feature_image_caption,
            &mut draft.social.og_image,
            &mut draft.social.twitter_image,
        ] {
            replacements.apply_to(field);
        }
        draft.authors = self.authors_of(t, &source.authors).await?;

        let key = self.key("post", &source.key);
        let fingerprint = fingerprint(&source);
        let (known, before) = self.known(t, &key, &source, &fingerprint).await?;
        if source.draft.status == Status::Published && source.draft.published_at.is_none() {
            let was = before.as_ref().and_then(|full| full.post.summary.published_at);
            source.draft.published_at = was.or(source.file_date);
        }
        if known.as_deref() == Some(&fingerprint) && before.is_some() {
            return Ok(Outcome::Unchanged);
        }
        let now = self.importing.clock.now();
        let publishing = &self.importing.publishing;
        let (post, outcome) = match before {
            Some(full) if known.is_none() && says_the_same(&full, &source.draft) => {
                (full.post, Outcome::Unchanged)
            }
            Some(full) => {
                let updated_at = source.updated_at.unwrap_or(now);
                let post = publishing
                    .update_in(t, &self.settings, full.post, &source.draft, updated_at)
                    .await?;
                (post, Outcome::Updated)
            }
            None => {
                let id_is_free = db::posts::by_id(t, &source.id).await?.is_none();
                let uuid_is_free = db::posts::id_by_uuid(t, &source.uuid).await?.is_none();
                let provenance = Provenance {
                    id: id_is_free.then(|| source.id.clone()),
                    uuid: uuid_is_free.then(|| source.uuid.clone()),
                    comment_id: source.comment_id.clone(),
                    feed_guid: source.feed_guid.clone(),
                    created_at: source.created_at.or(source.draft.published_at),
                    updated_at: source
                        .updated_at
                        .or(source.draft.published_at)
                        .or(source.created_at),
                };
                let post =
                    publishing.create_in(t, &self.settings, &source.draft, provenance).await?;
                (post, Outcome::Created)
            }
        };
        let id = &post.summary.id;
        for alias in &source.aliases {
            db::redirects::save(t, alias, Target::Post(id), now).await?;
        }
        db::sources::save(t, &key, id.as_str(), &fingerprint, now).await?;
        Ok(outcome)
    }

    /// What this post of the source became before, and the hash of what was read then.
    ///
    /// A source that has moved is known by the id. One that follows from a path says little, since
    /// two blogs may both have an `about.md`: there all of the text has to agree, or title and date.
    async fn known(
        &self,
        t: &mut Transaction,
        key: &str,
        source: &SourcePost,
        fingerprint: &str,
    ) -> Result<(Option<String>, Option<FullPost>)> {
        if let Some((id, before)) = db::sources::find(t, key).await? {
            let post = match id.parse::<PostId>() {
                Ok(id) => db::posts::by_id(t, &id).await?,
                Err(_) => None,
            };
            if let Some(post) = post {
                return Ok((Some(before), Some(assembly::full(t, post).await?)));
            }
        }
        let Some(post) = db::posts::by_id(t, &source.id).await? else { return Ok((None, None)) };
        let before = db::sources::fingerprint_of(t, source.id.as_str()).await?;
        let title_and_date_agree = post.summary.title == source.draft.title
            && post.summary.published_at.is_some()
            && post.summary.published_at == source.draft.published_at;
        let is_the_same = source.has_its_own_id()
            || before.as_deref() == Some(fingerprint)
            || title_and_date_agree;
        if !is_the_same {
            return Ok((None, None));
        }
        Ok((before, Some(assembly::full(t, post).await?)))
    }
}

/// Whether a post is what a draft would make of it.
fn says_the_same(full: &FullPost, draft: &Draft) -> bool {
    let ours = Draft::of(full);
    ours == Draft { slug: ours.slug.clone(), ..draft.clone() }
}

/// A hash of everything that a source says of a post. That its time has come is nothing that the
/// source says.
fn fingerprint(source: &SourcePost) -> String {
    let mut draft = source.draft.clone();
    if draft.status == Status::Scheduled {
        draft.status = Status::Published;
    }
    let everything = (
        &draft,
        &source.authors,
        &source.aliases,
        (&source.comment_id, &source.feed_guid),
        (source.created_at, source.updated_at),
    );
    let json = serde_json::to_vec(&everything).expect("a draft serialises");
    data_encoding::HEXLOWER.encode(&Sha256::digest(json))
}
