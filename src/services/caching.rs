//! What an operator does to the caches by hand: say that something has changed, or that nothing that
//! is kept means anything any more.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Result, ServiceError, keep};
use crate::content_clock::{AsOf, ChangeLog as _, Fresh, LogError, Stamper};
use crate::db::{self, Database};
use crate::entropy::Entropy;

/// The most tags of one purge; beyond it `all` says it shorter.
const MAX_TAGS: usize = 200;
/// The longest tag, in bytes.
const MAX_TAG: usize = 1_000;
/// How many of the newest changes are looked through.
const LOOK_BACK: u32 = 4_096;

/// Changes what the caches believe.
#[derive(Debug, Clone)]
pub struct Caching {
    db: Database,
    stamper: Stamper,
    entropy: Arc<dyn Entropy>,
}

impl Caching {
    /// A service over a database.
    pub fn new(db: Database, stamper: Stamper, entropy: Arc<dyn Entropy>) -> Self {
        Self { db, stamper, entropy }
    }

    /// Raises some cache tags, as if what they stand for had changed: every instance forgets what
    /// was made from it, and the CDN is told.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where a tag is none; or the database does not answer.
    pub async fn purge(&self, tags: &[String]) -> Result<()> {
        let is_tag = |tag: &String| {
            (1..=MAX_TAG).contains(&tag.len())
                && !tag.chars().any(|c| c.is_whitespace() || c.is_control())
        };
        if let Some(tag) = tags.iter().find(|tag| !is_tag(tag)) {
            return Err(ServiceError::invalid("tag", format!("`{tag}` is no cache tag")));
        }
        if !(1..=MAX_TAGS).contains(&tags.len()) {
            let reason = format!("1 to {MAX_TAGS} of them; `all` stands for everything");
            return Err(ServiceError::invalid("tag", reason));
        }
        let mut t = self.db.write().await?;
        db::change_log::raise(&mut t, &tags.join(" ")).await?;
        keep(t, &self.stamper).await?;
        Ok(())
    }

    /// Begins a new epoch: after a restore, whatever was kept before is of another history. Gives
    /// where the clock stands now.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin_epoch(&self) -> Result<AsOf, LogError> {
        let old = self.db.newest(1).await?.reading.as_of.epoch;
        self.db.renew(old, Fresh::draw(&*self.entropy).epoch).await?;
        Ok(self.db.newest(1).await?.reading.as_of)
    }

    /// The last change of each tag, among the newest changes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn last_changes(&self) -> Result<HashMap<String, u64>, LogError> {
        let mut last = HashMap::new();
        for change in self.db.newest(LOOK_BACK).await?.changes {
            for tag in change.tags() {
                let seq = last.entry(tag.to_owned()).or_insert(0);
                *seq = change.cursor.seq.max(*seq);
            }
        }
        Ok(last)
    }
}
